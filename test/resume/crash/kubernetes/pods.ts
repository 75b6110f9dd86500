import type {Objects, StoredObject} from './objects.js'

const TARGETS = 'khw-check/targets'

/** A pod as its kubelet reports it: it runs at once. */
export function withStatus(pod: StoredObject): StoredObject & {status: unknown} {
  const {name} = pod.metadata
  return {
    ...pod,
    status: {
      phase: 'Running',
      podIP: podIp(name),
      containerStatuses: [{name: 'check', ready: true, state: {running: {}}}],
    },
  }
}

/** What a check pod prints once it was told its targets: that it reached all of them. */
export function logOf(objects: Objects, podPath: string): string {
  const pod = objects.get(podPath)
  const targets = pod?.metadata.annotations?.[TARGETS]?.split(' ') ?? []
  if (targets.length === 0) return ''
  const peers = objects.list(podPath.replace(/\/[^/]+$/, '')).map(each => each.metadata.name)
  const answers = peers.filter(name => targets.includes(podIp(name))).map(name => `ip ${podIp(name)} ${name}\n`)
  return `${answers.join('')}service ${peers.join(',')}\ndone\n`
}

/** Worker i has the block 10.200.i.0/24. */
function podIp(name: string): string {
  return `10.200.${/\d+$/.exec(name)?.[0] ?? '0'}.2`
}
