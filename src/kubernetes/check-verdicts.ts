import type {Check} from '../cluster/report.js'
import {NOTHING, type ProbeResult} from './probe-log.js'

/** A check pod: with its address once it runs, else with why it does not. */
export type RunningPod =
  | {readonly worker: string; readonly ip: string}
  | {readonly worker: string; readonly ip: undefined; readonly why: string}

/** What the pods' states and the probes' results, by worker, say about the cluster. */
export function verdicts(pods: readonly RunningPod[], results: ReadonlyMap<string, ProbeResult>): Check[] {
  const down = pods.flatMap(pod => (pod.ip === undefined ? [`${pod.worker}: ${pod.why}`] : []))
  if (down.length > 0) return [{name: 'pods', ok: false, detail: `No running pod on ${down.join('; ')}`}]
  return [{name: 'pods', ok: true, detail: `A pod runs on each of ${pods.length} workers`}, ...readings(pods, results)]
}

/** Without a log there is nothing to say about what it would have told. */
function readings(pods: readonly RunningPod[], results: ReadonlyMap<string, ProbeResult>): Check[] {
  const unread = pods.flatMap(({worker}) => {
    const why = results.get(worker)?.unreadable
    return why === undefined ? [] : [`${worker}: ${why}`]
  })
  if (unread.length > 0) {
    return [{name: 'pod-logs', ok: false, detail: `The API server cannot read logs from ${unread.join('; ')}`}]
  }
  return [
    {name: 'pod-logs', ok: true, detail: `The API server reads logs from each of ${pods.length} kubelets`},
    podNetwork(pods, results),
    service(pods, results),
  ]
}

function podNetwork(pods: readonly RunningPod[], results: ReadonlyMap<string, ProbeResult>): Check {
  const missing = pods.flatMap(from => {
    const {answers} = results.get(from.worker) ?? NOTHING
    return pods.flatMap(to => {
      const answer = answers.get(to.ip ?? '')
      if (answer === to.worker) return []
      const what = answer === undefined ? 'no answer' : `${answer} answered`
      return [`${from.worker} -> ${to.worker} (${to.ip ?? ''}): ${what}`]
    })
  })
  const all = pods.length ** 2
  return {
    name: 'pod-network',
    ok: missing.length === 0,
    detail:
      missing.length === 0
        ? `Each pod reaches each pod by its address (${all} of ${all} ways)`
        : `${all - missing.length} of ${all} ways between pods work; ${missing.join('; ')}`,
  }
}

/** The Service picks at random: leading to another node at least once is what must be seen. */
function service(pods: readonly RunningPod[], results: ReadonlyMap<string, ProbeResult>): Check {
  const missing = pods.flatMap(({worker}) => {
    const reached = results.get(worker)?.service ?? []
    if (reached.length === 0) return [`${worker}: no answer`]
    const others = reached.filter(name => name !== worker)
    return pods.length > 1 && others.length === 0 ? [`${worker}: only its own pod answered`] : []
  })
  return {
    name: 'service',
    ok: missing.length === 0,
    detail:
      missing.length === 0
        ? `The Service is reached from each of ${pods.length} workers`
        : `The Service is not reached from every worker; ${missing.join('; ')}`,
  }
}
