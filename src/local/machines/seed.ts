import {formatIpv4, parseCidr} from '../../cluster/cidr.js'
import type {Instance, RegionState} from '../model.js'

/** What a machine is told on its first boot. */
export interface Seed {
  /** `ip-10-240-0-11`: the name that EC2 gives an instance; user data may set another. */
  readonly hostname: string
  /** `local-1.compute.internal` */
  readonly searchDomain: string
  readonly address: string
  readonly nameserver: string
  /** cloud-init's NoCloud data source reads these two (its documentation, "NoCloud"). */
  readonly metaData: Readonly<Record<string, unknown>>
  /** The bytes that were given to RunInstances. */
  readonly userData: Buffer
}

/** Throws RangeError if the state lacks what the instance refers to. */
export function seedOf(state: RegionState, instance: Instance): Seed {
  const networkInterface = state.networkInterfaces[instance.networkInterfaceId]
  const range = parseCidr(state.vpcs[instance.vpcId]?.cidrBlock ?? '')
  if (!networkInterface || !range) throw new RangeError(`${instance.instanceId} has no network interface or no VPC`)
  const address = networkInterface.privateIpAddress
  const hostname = `ip-${address.replaceAll('.', '-')}`
  const key = Object.values(state.keyPairs).find(pair => pair.keyName === instance.keyName)
  return {
    hostname,
    address,
    searchDomain: `${state.region}.compute.internal`,
    // Amazon's resolver is at the base of the VPC's range plus two (VPC User Guide, "Amazon DNS server").
    nameserver: formatIpv4(range.base + 2),
    metaData: {
      'instance-id': instance.instanceId,
      'local-hostname': hostname,
      'local-ipv4': address,
      'ami-id': instance.imageId,
      'instance-type': instance.instanceType,
      placement: {'availability-zone': instance.availabilityZone},
      'public-keys': key ? [key.publicKey] : [],
    },
    userData: Buffer.from(instance.userData ?? '', 'base64'),
  }
}
