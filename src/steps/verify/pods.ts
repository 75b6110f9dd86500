import type {WorkerNode} from '../../cluster/addressing.js'
import {networkCheck} from '../../kubernetes/checks.js'
import type {Addresses} from '../compute/addresses.js'
import type {SourceDestCheck} from '../compute/source-dest-check.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Ready} from '../worker/ready.js'
import {failedChecks} from './failed-checks.js'

type PodsNeeds = {
  readonly addresses: Addresses
  readonly ready: Ready
  readonly podRoutes: readonly Step[]
  readonly sourceDestChecks: readonly SourceDestCheck[]
}

export type Pods = Step<{checks: number}, PodsNeeds>

/** A pod on each worker reaches every other one by address, across nodes, and through a Service. */
export function pods(workers: readonly WorkerNode[], needs: PodsNeeds): Pods {
  return defineStep<{checks: number}, PodsNeeds>({
    id: 'verify/pods',
    phase: 'verify',
    title: 'Check that pods reach each other',
    needs,

    async create({kubernetes, artifacts, signal, progress}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const checks = await networkCheck({
        api,
        workers: workers.map(worker => worker.name),
        image: artifacts.images.check,
        signal,
        onProgress: progress,
      })
      const failed = failedChecks('The pods do not reach each other', checks)
      if (failed) throw failed
      return {checks: checks.length}
    },
  })
}
