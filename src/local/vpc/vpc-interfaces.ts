import {type Cidr, formatIpv4, parseCidr} from '../../cluster/cidr.js'
import {KhwError} from '../../errors.js'
import type {RegionNames} from '../host/names.js'
import type {Instance, NetworkInterface, RegionState, Subnet} from '../model.js'

/** A network interface of the VPC with its place on the host. */
export interface VpcInterface {
  readonly networkInterface: NetworkInterface
  readonly instance: Instance
  readonly subnet: Subnet
  /** Its end in the router's namespace. */
  readonly link: string
  /** The instance's namespace, where its other end is `eth0`. */
  readonly instanceNamespace: string
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

/** Every interface of the VPC that belongs to an instance (until that is terminated), ordered by id. */
export function vpcInterfaces(state: RegionState, vpcId: string, names: RegionNames): VpcInterface[] {
  return Object.values(state.networkInterfaces)
    .filter(networkInterface => networkInterface.vpcId === vpcId)
    .sort((a, b) => (a.networkInterfaceId < b.networkInterfaceId ? -1 : 1))
    .flatMap(networkInterface => {
      const instance = state.instances[networkInterface.attachment?.instanceId ?? '']
      const subnet = state.subnets[networkInterface.subnetId]
      if (instance === undefined || subnet === undefined || instance.state === 'terminated') return []
      // An instance has one interface here, as RunInstances makes it.
      if (instance.networkInterfaceId !== networkInterface.networkInterfaceId) return []
      const range = rangeOf(subnet.cidrBlock)
      return [
        {
          networkInterface,
          instance,
          subnet,
          link: linkOf(networkInterface.networkInterfaceId),
          instanceNamespace: names.instanceNamespace(instance.instanceId),
          gateway: formatIpv4(range.base + 1),
          prefixLength: range.prefix,
          up: instance.state !== 'stopped',
        },
      ]
    })
}
