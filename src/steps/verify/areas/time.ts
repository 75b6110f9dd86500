import type {Verdict} from '../../../benchmark/check.js'
import {nodesOf} from '../../../cluster/addressing.js'
import type {RemoteNode} from '../../../ssh/remote-node.js'
import {joined, onNode, type Subject} from '../cures.js'
import {askNodes, type Area} from './area.js'

/** Seconds: more makes tokens and certificates be refused that were made a moment ago, and etcd complain. */
const MOST = 1
/** Times. */
const ASKED = 3

/** How far a node's clock is ahead of this machine's, in seconds, and by how much that may be wrong. */
export interface Skew {
  readonly node: string
  readonly ahead: number
  readonly within: number
}

export interface ClockReport extends Skew {
  /** A container has no clock of its own. */
  readonly container: boolean
  readonly synchronized: boolean
  /** Services that set the clock, and run. */
  readonly services: readonly string[]
}

/** Prints seconds since the epoch: nothing that takes its time. */
const CLOCK_COMMAND = 'date +%s.%N'

/** Prints `<virtualization> <yes|no> <services>`. */
export const SYNCHRONIZATION_COMMAND = `virtual=$(systemd-detect-virt --container 2>/dev/null)
synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null)
services=$(for unit in systemd-timesyncd chrony chronyd ntpsec ntp; do systemctl is-active -q $unit 2>/dev/null && echo $unit; done)
echo "\${virtual:-none} \${synchronized:-no}" $services`

/** Of the node's clocks against this machine's and each other. */
export const TIME: Area = {
  title: 'Compare the clocks',
  limit: 40_000,

  async look(input) {
    const {answers, silent} = await askNodes(input, nodesOf(input.context.spec), ({name}, ssh) =>
      clockOf(name, ssh, input.signal),
    )
    return [...silent, ...clockVerdicts(answers, input.context)]
  },
}

/** The quickest answer of several tells most. */
async function clockOf(node: string, ssh: RemoteNode, signal: AbortSignal): Promise<ClockReport> {
  const state = parseSynchronization(await ssh.exec(SYNCHRONIZATION_COMMAND, {signal}))
  const skews: Skew[] = []
  for (let i = 0; i < ASKED; i++) {
    const asked = Date.now() / 1000
    const now = Number(await ssh.exec(CLOCK_COMMAND, {signal}))
    skews.push(skewOf(node, now, asked, Date.now() / 1000))
  }
  const [best = {node, ahead: Number.NaN, within: 0}] = skews.toSorted((a, b) => a.within - b.within)
  return {...best, ...state}
}

/** `now` by the node's clock, the others by this machine's; seconds since the epoch. */
export function skewOf(node: string, now: number, asked: number, answered: number): Skew {
  return {node, ahead: now - (asked + answered) / 2, within: (answered - asked) / 2}
}

export function parseSynchronization(output: string): Omit<ClockReport, keyof Skew> {
  const [virtual, synchronized, ...services] = output.trim().split(/\s+/)
  return {container: virtual !== 'none', synchronized: synchronized === 'yes', services}
}

export function clockVerdicts(clocks: readonly ClockReport[], subject: Subject): readonly Verdict[] {
  if (clocks.length === 0) return []
  const [first, last] = [
    clocks.toSorted((a, b) => a.ahead - b.ahead)[0],
    clocks.toSorted((a, b) => b.ahead - a.ahead)[0],
  ]
  const apart = (last?.ahead ?? 0) - (first?.ahead ?? 0)
  const doubt = (last?.within ?? 0) + (first?.within ?? 0)
  const off = clocks.filter(({ahead, within}) => !(Math.abs(ahead) - within < MOST))
  const furthest = clocks.toSorted((a, b) => Math.abs(b.ahead) - Math.abs(a.ahead))[0]
  return [
    {
      id: 'clock',
      title: `Less than ${MOST} s from this machine's clock`,
      state: off.length === 0 ? 'PASS' : 'FAIL',
      found: (off.length === 0 ? [furthest] : off)
        .map(clock => (clock ? `${clock.node} ${signed(clock)}` : ''))
        .join(', '),
      ...shown(off, subject),
    },
    {
      id: 'clocks-apart',
      title: `Less than ${MOST} s from each other`,
      state: apart - doubt < MOST ? 'PASS' : 'FAIL',
      found: `${apart.toFixed(2)} s between ${first?.node ?? ''} and ${last?.node ?? ''}`,
      ...shown(apart - doubt < MOST ? [] : [first, last], subject),
    },
    synchronization(clocks, subject),
  ]
}

function synchronization(clocks: readonly ClockReport[], subject: Subject): Verdict {
  const row = {id: 'ntp', title: 'Clocks are set by the network'}
  const own = clocks.filter(({container}) => !container)
  if (own.length === 0)
    return {...row, state: 'NOT-APPLICABLE', found: "these machines share their host's clock: see there"}
  const wild = own.filter(({synchronized, services}) => !synchronized || services.length === 0)
  const found = (wild.length === 0 ? own : wild).map(
    ({node, synchronized, services}) =>
      `${node}: ${services.join(', ') || 'no service'}${synchronized ? '' : ', not synchronized'}`,
  )
  if (wild.length === 0) return {...row, state: 'PASS', found: found.join('; ')}
  const idle = wild.filter(({services}) => services.length === 0)
  const cures = idle.map(({node}) => onNode(subject, node, 'sudo timedatectl set-ntp true'))
  return {
    ...row,
    state: 'FAIL',
    found: found.join('; '),
    ...(idle.length < wild.length ? shown(wild, subject) : {cure: joined(cures)}),
  }
}

/** What a node says of its clock, and of who sets it. */
function shown(clocks: readonly (ClockReport | undefined)[], subject: Subject): Pick<Verdict, 'cure'> {
  const nodes = clocks.flatMap(clock => clock?.node ?? [])
  return nodes.length === 0 ? {} : {cure: joined(nodes.map(node => onNode(subject, node, 'timedatectl')))}
}

function signed({ahead, within}: Skew): string {
  return `${ahead < 0 ? '' : '+'}${ahead.toFixed(2)} s (±${within.toFixed(2)})`
}
