import {type Cidr, formatIpv4, parseCidr} from '../../cluster/cidr.js'
import {KhwError} from '../../errors.js'
import type {RegionNames} from '../host/names.js'
import type {Instance, NetworkInterface, RegionState, Subnet} from '../model.js'

/** A network interface of the VPC with its place on the host. */
export interface VpcInterface {
  readonly networkInterface: NetworkInterface
  /** Undefined for the interface of a load balancer. */
  readonly instance: Instance | undefined
  readonly subnet: Subnet
  /** Its end in the router's namespace. */
  readonly link: string
  /** The namespace of the instance or the load balancer. */
  readonly namespace: string
  /** Its other end, there: `eth0` of an instance. */
  readonly device: string
  /** The subnet's first address: the default gateway. */
  readonly gateway: string
  readonly prefixLength: number
  /** Whether packets pass: from launch until the instance is stopped or gone. */
  readonly up: boolean
}

/** A range out of the state, which the API has validated before. */
export function rangeOf(cidrBlock: string): Cidr {
  const range = parseCidr(cidrBlock)
  if (range === undefined)
    throw new KhwError(
      'LOCAL_DAEMON_FAILED',
      `The local region's state holds ${cidrBlock}, which is no address range`,
      ['Start over with an empty region: khw local reset'],
    )
  return range
}

export function linkOf(networkInterfaceId: string): string {
  return `v-${networkInterfaceId.replace(/^eni-/, '').slice(-10)}`
}

/** Every interface of the VPC that belongs to an instance (until that is terminated) or a load balancer, ordered by id. */
export function vpcInterfaces(state: RegionState, vpcId: string, names: RegionNames): VpcInterface[] {
  return Object.values(state.networkInterfaces)
    .filter(networkInterface => networkInterface.vpcId === vpcId)
    .sort((a, b) => (a.networkInterfaceId < b.networkInterfaceId ? -1 : 1))
    .flatMap(networkInterface => {
      const owner = ownerOf(state, networkInterface, names)
      const subnet = state.subnets[networkInterface.subnetId]
      if (owner === undefined || subnet === undefined) return []
      const range = rangeOf(subnet.cidrBlock)
      const link = linkOf(networkInterface.networkInterfaceId)
      return [
        {
          ...owner,
          networkInterface,
          subnet,
          link,
          // A load balancer has several in one namespace.
          device: owner.instance === undefined ? link : 'eth0',
          gateway: formatIpv4(range.base + 1),
          prefixLength: range.prefix,
        },
      ]
    })
}

function ownerOf(
  state: RegionState,
  {networkInterfaceId, attachment, managed}: NetworkInterface,
  names: RegionNames,
): Pick<VpcInterface, 'instance' | 'namespace' | 'up'> | undefined {
  if (managed !== undefined) {
    if (managed.releasedAt !== undefined || state.loadBalancers[managed.loadBalancerArn] === undefined) return undefined
    return {instance: undefined, namespace: names.loadBalancerNamespace(managed.loadBalancerArn), up: true}
  }
  const instance = state.instances[attachment?.instanceId ?? '']
  if (instance === undefined || instance.state === 'terminated') return undefined
  // An instance has one interface here, as RunInstances makes it.
  if (instance.networkInterfaceId !== networkInterfaceId) return undefined
  return {instance, namespace: names.instanceNamespace(instance.instanceId), up: instance.state !== 'stopped'}
}
