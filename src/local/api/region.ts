import type {Fabric} from '../fabric.js'
import type {RegionStore} from '../store.js'
import type {LoadBalancerLifecycle} from './elb/lifecycle.js'
import type {Latency} from './latency.js'
import type {Caller} from './iam/caller.js'
import type {AddressRange} from './public-addresses.js'
import type {MachineImage} from './image.js'
import type {InstanceLifecycle} from './instance-lifecycle.js'
import type {VpcSync} from './vpc-sync.js'

/** What the actions of the API work with. */
export interface Region {
  readonly store: Pick<RegionStore, 'state' | 'change'>
  readonly network: VpcSync
  readonly instances: InstanceLifecycle
  readonly loadBalancers: LoadBalancerLifecycle
  readonly fabric: Pick<Fabric, 'consoleOutput' | 'targetHealth'>
  readonly images: readonly MachineImage[]
  readonly publicRange: AddressRange
  readonly now: () => Date
  readonly latency: () => Latency
  /** Who is asking. */
  readonly caller: Caller
  /** Whether a zone does not have an instance type at all; none lacks any, if absent. */
  readonly lacks?: (zone: string, instanceType: string) => boolean
}
