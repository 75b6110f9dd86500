import {privateDnsName} from '../../dns-names.js'
import type {NetworkInterface, RegionState} from '../../model.js'
import {absent} from '../filters.js'
import type {Listing} from '../listing.js'
import {tagSet} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {describeGroupIds} from './instance-view.js'
import {addressOf, describeAssociation} from './interface-association.js'
import {zoneId} from './region-and-zone.js'

/** The owner of load balancers' interfaces, as EC2 names it. */
const LOAD_BALANCING = 'amazon-elb'

export const networkInterfaceListing = (state: RegionState): Listing<NetworkInterface> => ({
  kind: 'networkInterface',
  idOf: nic => nic.networkInterfaceId,
  tagsOf: nic => nic.tags,
  fields: {
    'network-interface-id': nic => nic.networkInterfaceId,
    'vpc-id': nic => nic.vpcId,
    'subnet-id': nic => nic.subnetId,
    'group-id': nic => nic.groupIds,
    'group-name': nic => nic.groupIds.map(id => state.securityGroups[id]?.groupName),
    'private-ip-address': nic => nic.privateIpAddress,
    'addresses.private-ip-address': nic => nic.privateIpAddress,
    'association.public-ip': nic => nic.publicIp,
    'addresses.association.public-ip': nic => nic.publicIp,
    'association.ip-owner-id': nic => describeAssociation(nic, state)?.ipOwnerId,
    'association.allocation-id': nic => addressOf(state, nic.networkInterfaceId)?.allocationId,
    'association.association-id': nic => addressOf(state, nic.networkInterfaceId)?.association?.associationId,
    'addresses.primary': () => true,
    'private-dns-name': nic => privateDnsName(nic.privateIpAddress, state.region),
    'attachment.device-index': nic => describeAttachment(nic, state) && (nic.managed === undefined ? 0 : 1),
    'attachment.delete-on-termination': nic => nic.attachment?.deleteOnTermination ?? (nic.managed && false),
    'availability-zone-id': nic => zoneId(state, state.subnets[nic.subnetId]?.availabilityZone ?? ''),
    'association.public-dns-name': nic => describeAssociation(nic, state)?.publicDnsName,
    ...absent('ipv6-addresses.ipv6-address', 'outpost-arn'),
    'mac-address': nic => nic.macAddress,
    'source-dest-check': nic => nic.sourceDestCheck,
    'availability-zone': nic => state.subnets[nic.subnetId]?.availabilityZone,
    'attachment.instance-id': nic => nic.attachment?.instanceId,
    'attachment.instance-owner-id': nic => attachmentOwner(nic, state),
    'attachment.attachment-id': nic => (nic.attachment ?? nic.managed)?.attachmentId,
    'attachment.status': nic => (statusOf(nic) === 'in-use' ? 'attached' : undefined),
    description: descriptionOf,
    'owner-id': () => state.accountId,
    'interface-type': interfaceType,
    'requester-id': nic => nic.managed && LOAD_BALANCING,
    'requester-managed': nic => nic.managed !== undefined,
    status: statusOf,
  },
})

function statusOf(nic: NetworkInterface): string {
  return nic.attachment === undefined && nic.managed === undefined ? 'available' : 'in-use'
}

/** Empty without one. */
export function descriptionOf({managed, description}: NetworkInterface): string {
  return managed?.description ?? description ?? ''
}

function interfaceType(nic: NetworkInterface): string {
  return nic.managed === undefined ? 'interface' : 'network_load_balancer'
}

function attachmentOwner(nic: NetworkInterface, state: RegionState): string | undefined {
  return nic.managed === undefined ? nic.attachment && state.accountId : LOAD_BALANCING
}

/** `attachment` of an interface. */
export function describeAttachment(
  {attachment, managed}: NetworkInterface,
  state: RegionState,
): XmlElement | undefined {
  if (managed !== undefined)
    return {
      attachmentId: managed.attachmentId,
      instanceOwnerId: LOAD_BALANCING,
      deviceIndex: 1,
      status: 'attached',
      attachTime: managed.attachTime,
      deleteOnTermination: false,
    }
  return (
    attachment && {
      attachmentId: attachment.attachmentId,
      instanceId: attachment.instanceId,
      instanceOwnerId: state.accountId,
      deviceIndex: 0,
      status: 'attached',
      attachTime: state.instances[attachment.instanceId]?.launchTime,
      deleteOnTermination: attachment.deleteOnTermination,
    }
  )
}

/** An interface as in `networkInterfaceSet`. */
export function describeInterface(nic: NetworkInterface, state: RegionState): XmlElement {
  const zone = state.subnets[nic.subnetId]?.availabilityZone ?? ''
  const dnsName = privateDnsName(nic.privateIpAddress, state.region)
  const association = describeAssociation(nic, state)
  return {
    networkInterfaceId: nic.networkInterfaceId,
    subnetId: nic.subnetId,
    vpcId: nic.vpcId,
    availabilityZone: zone,
    availabilityZoneId: zoneId(state, zone),
    description: descriptionOf(nic),
    ownerId: state.accountId,
    ...(nic.managed === undefined ? {} : {requesterId: LOAD_BALANCING}),
    requesterManaged: nic.managed !== undefined,
    status: statusOf(nic),
    macAddress: nic.macAddress,
    privateIpAddress: nic.privateIpAddress,
    privateDnsName: dnsName,
    sourceDestCheck: nic.sourceDestCheck,
    interfaceType: interfaceType(nic),
    groupSet: describeGroupIds(nic.groupIds, state),
    attachment: describeAttachment(nic, state),
    association,
    privateIpAddressesSet: [
      {privateIpAddress: nic.privateIpAddress, privateDnsName: dnsName, primary: true, association},
    ],
    ipv6AddressesSet: [],
    tagSet: tagSet(nic.tags),
  }
}
