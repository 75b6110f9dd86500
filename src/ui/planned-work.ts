import type {Check, ClusterReport, NodeReport} from '../cluster/report.js'

/** A command that takes one controller after the other out of a cluster, and puts it back. */
export interface PlannedWork {
  /** What the cluster gets. */
  readonly what: 'keys' | 'certificates'
  /** How a check is told that fails for that; undefined if it fails for something else. `node`: whose it is. */
  readonly explain: (check: Check, node?: NodeReport) => string | undefined
}

/** Who gives keys and certificates to nodes; a create goes on with what is unfinished. Others that lock a cluster restart nothing. */
const RESTARTS = /^khw (create|certs renew|keys rotate) /

/** Undefined if none is at work now: then what is wrong is wrong. */
export function plannedWork({by, certificates, rotating = [], nodes, checks}: ClusterReport): PlannedWork | undefined {
  // One that waits for tokens to end does nothing meanwhile.
  const rotates = rotating.some(({waitsUntil}) => waitsUntil === undefined)
  const renews = certificates.renewing === true
  if (by === undefined || !RESTARTS.test(by.command) || !(rotates || renews)) return undefined
  const down = nodes.filter(({role, ready}) => role === 'controller' && !ready)
  const answers = checks.every(({name, ok}) => name !== 'api' || ok)
  const restarts = ({role, state}: NodeReport): boolean =>
    // Of a worker nothing is known while the API does not answer.
    state === 'running' && (role === 'controller' || renews || !answers)
  return {
    what: rotates ? 'keys' : 'certificates',
    explain: ({name, detail}, node) => {
      // It goes on to the next when the last is well: more than one at a time is something else.
      if (down.length > 1 || name === 'access' || (node && !restarts(node))) return undefined
      return `${detail}; ${by.command} ${node === undefined ? 'is at work' : 'restarts it'}`
    },
  }
}
