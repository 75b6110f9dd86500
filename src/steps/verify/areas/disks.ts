import type {ArtifactSet} from '../../../artifacts/artifact.js'
import type {Verdict} from '../../../benchmark/check.js'
import {nodesOf, type Role} from '../../../cluster/addressing.js'
import {etcdStatusCommand} from '../../../templates/remote-commands.js'
import {asRoot} from '../../node/root-shell.js'
import {joined, onNode, type Subject} from '../cures.js'
import {askNodes, type Area} from './area.js'

/** Percent: beyond it the kubelet begins to evict soon (by default at 85 % of the images' disk it collects them). */
const MOST = 85
const ETCD_LOG = 'sudo journalctl -u etcd -n 50 --no-pager'

export interface DiskReport {
  readonly node: string
  readonly disks: readonly {readonly place: string; readonly space: number; readonly inodes: number}[]
  /** Of this node's member; absent on workers. */
  readonly etcd?: {readonly size: number; readonly quota: number; readonly alarms: readonly string[]}
}

/** Prints `disk <mount point> <space used, %> <inodes used, %>` and on controllers `etcd <bytes> <quota> <alarms>`. */
export function disksCommand(artifacts: ArtifactSet, role: Role): string {
  const etcd = role === 'controller' ? `\n${etcdStatusCommand(artifacts)}` : ''
  return `for place in / /var/lib/etcd /var/lib/containerd /var/lib/kubelet /var/log; do
  [ -d $place ] || continue
  space=$(df -P $place | awk 'NR == 2 {sub("%", "", $5); print $6, $5}')
  echo "disk $space $(df -P -i $place | awk 'NR == 2 {sub("%", "", $5); print $5}')"
done | sort -u${etcd}`
}

/** How full the nodes' disks and etcd are. */
export const DISKS: Area = {
  title: 'Measure the disks',
  limit: 40_000,

  async look(input) {
    const {spec, artifacts} = input.context
    const {answers, silent} = await askNodes(input, nodesOf(spec), async ({name, role}, ssh) =>
      parseDisks(name, await asRoot(ssh, disksCommand(artifacts, role), {signal: input.signal})),
    )
    return [...silent, ...diskVerdicts(answers, input.context)]
  },
}

export function parseDisks(node: string, output: string): DiskReport {
  const lines = output.split('\n').map(line => line.split(' '))
  const disks = lines.flatMap(([kind, place = '', space, inodes]) =>
    // Some file systems have no fixed number of inodes: `-`.
    kind === 'disk' ? [{place, space: Number(space), inodes: inodes === '-' ? 0 : Number(inodes)}] : [],
  )
  const [, size, quota, ...alarms] = lines.find(([kind]) => kind === 'etcd') ?? []
  if (size === undefined) return {node, disks}
  return {node, disks, etcd: {size: Number(size), quota: Number(quota), alarms: alarms.filter(each => each !== '')}}
}

export function diskVerdicts(reports: readonly DiskReport[], subject: Subject): readonly Verdict[] {
  if (reports.length === 0) return []
  const members = reports.flatMap(({node, etcd}) => (etcd ? [{node, ...etcd}] : []))
  const disks = reports.flatMap(({node, disks: all}) => all.map(disk => ({node, ...disk})))
  const fullest = (of: 'space' | 'inodes'): Verdict => {
    const sorted = disks.toSorted((a, b) => b[of] - a[of])
    const over = sorted.filter(disk => !(disk[of] < MOST))
    const told = (over.length === 0 ? sorted.slice(0, 1) : over).map(disk => `${disk.node} ${disk.place} ${disk[of]} %`)
    const title = of === 'space' ? `Disks are less than ${MOST} % full` : `Less than ${MOST} % of inodes are used`
    const found = told.join(', ')
    if (over.length === 0) return {id: of, title, state: 'PASS', found}
    const measure = of === 'space' ? 'du -xhd 2' : 'du -x --inodes -d 2'
    const cure = joined(over.map(({node, place}) => onNode(subject, node, `sudo ${measure} ${place}`)))
    return {id: of, title, state: 'FAIL', found, cure}
  }
  return [fullest('space'), fullest('inodes'), ...(members.length === 0 ? [] : etcdVerdicts(members, subject))]
}

function etcdVerdicts(
  members: readonly (NonNullable<DiskReport['etcd']> & {node: string})[],
  subject: Subject,
): readonly Verdict[] {
  const share = ({size, quota}: {size: number; quota: number}): number => (100 * size) / quota
  const sorted = members.toSorted((a, b) => share(b) - share(a))
  const over = sorted.filter(member => !(share(member) < MOST))
  const told = (over.length === 0 ? sorted.slice(0, 1) : over).map(
    member => `${member.node} ${(member.size / 1e6).toFixed(1)} of ${(member.quota / 1e6).toFixed(0)} MB`,
  )
  const cured = (nodes: readonly {node: string}[]): Pick<Verdict, 'cure'> =>
    nodes.length === 0 ? {} : {cure: joined(nodes.map(({node}) => onNode(subject, node, ETCD_LOG)))}
  const alarmed = members.filter(({alarms}) => alarms.length > 0)
  return [
    {
      id: 'etcd-size',
      title: `etcd is below ${MOST} % of its quota`,
      state: over.length === 0 ? 'PASS' : 'FAIL',
      found: told.join(', '),
      ...cured(over),
    },
    {
      id: 'etcd-alarms',
      title: 'etcd raises no alarm',
      state: alarmed.length === 0 ? 'PASS' : 'FAIL',
      found: alarmed.length === 0 ? 'none' : alarmed.map(({node, alarms}) => `${node}: ${alarms.join(' ')}`).join('; '),
      ...cured(alarmed),
    },
  ]
}
