import type {Instance} from '@aws-sdk/client-ec2'
import {allInstances} from '../../aws/kinds.js'
import {instanceTypes} from '../../aws/instance-types.js'
import type {Role} from '../../cluster/addressing.js'
import {typesOf} from '../../cluster/machines.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {PreflightContext} from './check.js'
import {limitOf, type Quota} from './quota.js'

/** Instance types that share quotas, in vCPUs: one for those on demand, one for spot instances. */
interface Family {
  /** As AWS writes it; none of those that most instances are. */
  readonly name?: string
  /** What their names begin with, before the first digit. */
  readonly letters: readonly string[]
  readonly onDemand: string
  readonly spot?: string
}

/** EC2 User Guide, "On-Demand Instance quotas" and "Spot Instance quotas". */
const FAMILIES: readonly Family[] = [
  {
    letters: ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
    onDemand: 'L-1216C47A',
    spot: 'L-34B43A08',
  },
  {name: 'G and VT', letters: ['g', 'gr', 'vt'], onDemand: 'L-DB2E81BA', spot: 'L-3819A6DF'},
  {name: 'P', letters: ['p'], onDemand: 'L-417A185B', spot: 'L-7212CCBC'},
  {name: 'X', letters: ['x'], onDemand: 'L-7295265B', spot: 'L-E3A00192'},
  {name: 'F', letters: ['f'], onDemand: 'L-74FC7D96', spot: 'L-88CF9481'},
  {name: 'Inf', letters: ['inf'], onDemand: 'L-1945791B', spot: 'L-B5D1601B'},
  {name: 'Trn', letters: ['trn'], onDemand: 'L-2C3B7624', spot: 'L-6B0D517C'},
  {name: 'DL', letters: ['dl'], onDemand: 'L-6E869C2A', spot: 'L-85EED4F7'},
  {name: 'HPC', letters: ['hpc'], onDemand: 'L-F7808C92'},
  {name: 'High Memory', letters: ['u'], onDemand: 'L-43DA4232'},
]

type Market = 'on-demand' | 'spot'

/** Of each family, both markets. */
export const VCPU_QUOTAS: readonly Quota[] = FAMILIES.flatMap((family): Quota[] => {
  const of = family.name === undefined ? '' : ` of ${family.name} instances`
  const {spot} = family
  const onDemand: Quota = {
    name: `vCPUs${of}`,
    service: 'ec2',
    code: family.onDemand,
    ...(family.name !== undefined && {concerns: spec => isPlanned(spec, family)}),
    used: context => runningVcpus(family, 'on-demand', context),
    planned: context => plannedVcpus(family, 'on-demand', context),
    instead: 'Or take fewer or smaller machines: --workers, --controllers, --worker-type, --controller-type',
  }
  if (spot === undefined) return [onDemand]
  return [
    onDemand,
    {
      name: `spot vCPUs${of}`,
      service: 'ec2',
      code: spot,
      concerns: spec => spec.spot === true && isPlanned(spec, family, ['worker']),
      used: context => runningVcpus(family, 'spot', context),
      planned: context => plannedVcpus(family, 'spot', context),
      otherwise: 'workers beyond it will run on demand, at the full price',
      instead: 'Or take fewer or smaller workers: --workers, --worker-type',
    },
  ]
})

function isOf({letters}: Family, type: string): boolean {
  return letters.includes(/^[a-z]+/.exec(type)?.[0] ?? '')
}

function isPlanned(spec: ClusterSpec, family: Family, roles: readonly Role[] = ['controller', 'worker']): boolean {
  return roles.some(role => typesOf(spec, role).some(type => isOf(family, type)))
}

async function plannedVcpus(family: Family, market: Market, context: PreflightContext): Promise<number> {
  const {facts, spec} = context
  const {types} = await facts.machines()
  const of = (type: string): number => (isOf(family, type) ? (types.get(type)?.vcpus ?? 0) : 0)
  // Whichever of its types a machine will be.
  const most = (role: Role): number => Math.max(...typesOf(spec, role).map(of))
  const controllers = spec.controllers * most('controller')
  const workers = spec.workers * most('worker')
  if (market === 'spot') return workers
  const onSpot = spec.spot === true && (await haveRoomOnSpot(workers, family, context))
  return onSpot ? controllers : controllers + workers
}

/** Spot instances have a quota of their own; those that it does not admit are launched on demand. */
async function haveRoomOnSpot(vcpus: number, family: Family, context: PreflightContext): Promise<boolean> {
  const {spot: code} = family
  if (code === undefined) return false
  const [limit, used] = await Promise.all([
    limitOf({service: 'ec2', code}, context),
    runningVcpus(family, 'spot', context),
  ])
  return used + vcpus <= limit
}

async function runningVcpus(
  family: Family,
  market: Market,
  {clients: {ec2}, signal}: PreflightContext,
): Promise<number> {
  const live = [{Name: 'instance-state-name', Values: ['pending', 'running']}]
  const running = await allInstances(ec2, live, signal)
  const counted = running.filter(
    ({InstanceType: type, InstanceLifecycle}) =>
      isOf(family, String(type)) && (InstanceLifecycle === 'spot') === (market === 'spot'),
  )
  const unsaid = counted.filter(({CpuOptions}) => CpuOptions?.CoreCount === undefined)
  const types = await typesOfAll(unsaid, {ec2, signal})
  const vcpusOf = ({CpuOptions, InstanceType: type}: Instance): number =>
    CpuOptions?.CoreCount === undefined
      ? (types.get(String(type))?.vcpus ?? 0)
      : CpuOptions.CoreCount * (CpuOptions.ThreadsPerCore ?? 1)
  return counted.reduce((sum, instance) => sum + vcpusOf(instance), 0)
}

function typesOfAll(
  instances: readonly Instance[],
  {ec2, signal}: {ec2: PreflightContext['clients']['ec2']; signal: AbortSignal},
): ReturnType<typeof instanceTypes> {
  const names = [...new Set(instances.flatMap(({InstanceType}) => InstanceType ?? []))]
  return names.length === 0 ? Promise.resolve(new Map()) : instanceTypes(ec2, names, signal)
}
