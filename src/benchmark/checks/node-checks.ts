import type {NodeCheck} from '../check.js'
import {API_SERVER_CHECKS} from './api-server.js'
import {CONTROL_PLANE_FILE_CHECKS} from './control-plane-files.js'
import {CONTROL_PLANE_PROGRAM_CHECKS} from './control-plane-programs.js'
import {WORKER_CHECKS} from './worker.js'

/** Sections 1 to 4 of the CIS Kubernetes Benchmark as kube-bench's cis-1.12 has them: 97 checks. */
export const NODE_CHECKS: readonly NodeCheck[] = [
  ...CONTROL_PLANE_FILE_CHECKS,
  ...API_SERVER_CHECKS,
  ...CONTROL_PLANE_PROGRAM_CHECKS,
  ...WORKER_CHECKS,
]
