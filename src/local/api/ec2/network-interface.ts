import {privateDnsName} from '../../dns-names.js'
import type {NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {lookUp} from '../resource-kinds.js'
import {tagSet} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {disassociate} from './address-association.js'
import {describeGroupIds} from './instance-view.js'
import {addressOf, describeAssociation} from './interface-association.js'
import {groupsOfVpc} from './interface-groups.js'
import {zoneId} from './region-and-zone.js'

/** The owner of load balancers' interfaces, as EC2 names it. */
const LOAD_BALANCING = 'amazon-elb'

type Change = (state: RegionState, nic: NetworkInterface) => void

const listing = (state: RegionState): Listing<NetworkInterface> => ({
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
    description: nic => nic.managed?.description ?? '',
    'owner-id': () => state.accountId,
    'interface-type': interfaceType,
    'requester-id': nic => nic.managed && LOAD_BALANCING,
    'requester-managed': nic => nic.managed !== undefined,
    status: statusOf,
  },
})

export const networkInterfaceActions = [
  action(
    'DescribeNetworkInterfaces',
    parameters => {
      parameters.ignore('IncludeManagedResources')
      return listingRequest(parameters, 'NetworkInterfaceId')
    },
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.networkInterfaces), listing(state))
      return {networkInterfaceSet: page.items.map(nic => describeInterface(nic, state)), nextToken: page.nextToken}
    },
  ),
  action('ModifyNetworkInterfaceAttribute', modifyRequest, async ({id, change}, region) => {
    const vpcId = await region.store.change(state => {
      const nic = lookUp(state.networkInterfaces, 'networkInterface', id)
      if (nic.managed !== undefined) throw notTheirs()
      change(state, nic)
      return nic.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
  action(
    'DeleteNetworkInterface',
    parameters => parameters.required('NetworkInterfaceId'),
    async (id, region) => {
      const vpcId = await region.store.change(state => {
        const nic = lookUp(state.networkInterfaces, 'networkInterface', id)
        if (nic.attachment !== undefined || nic.managed !== undefined)
          throw new ApiError('InvalidParameterValue', `Network interface '${id}' is currently in use.`)
        const address = addressOf(state, id)
        if (address !== undefined) disassociate(state, address.allocationId)
        Reflect.deleteProperty(state.networkInterfaces, id)
        return nic.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

function modifyRequest(parameters: Parameters): {id: string; change: Change} {
  const id = parameters.required('NetworkInterfaceId')
  const changes = [
    changeSourceDestCheck(parameters.group('SourceDestCheck')?.flag('Value')),
    changeGroups(parameters.list('SecurityGroupId')),
    changeAttachment(parameters.group('Attachment')),
  ].filter(change => change !== undefined)
  const [change, ...more] = changes
  if (change === undefined) throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
  if (more.length > 0)
    throw new ApiError('InvalidParameterCombination', 'Fields for multiple attribute types specified')
  return {id, change}
}

function changeSourceDestCheck(value: boolean | undefined): Change | undefined {
  if (value === undefined) return undefined
  return (_, nic) => {
    nic.sourceDestCheck = value
  }
}

function changeGroups(groupIds: readonly string[]): Change | undefined {
  if (groupIds.length === 0) return undefined
  return (state, nic) => {
    nic.groupIds = groupsOfVpc(state, nic.vpcId, groupIds)
  }
}

function changeAttachment(parameters: Parameters | undefined): Change | undefined {
  if (parameters === undefined) return undefined
  const attachmentId = parameters.required('AttachmentId')
  const deleteOnTermination = parameters.flag('DeleteOnTermination')
  if (deleteOnTermination === undefined) throw missingParameter('Attachment.DeleteOnTermination')
  return (_, nic) => {
    if (nic.attachment?.attachmentId !== attachmentId)
      throw new ApiError('InvalidAttachmentID.NotFound', `The attachment '${attachmentId}' does not exist`)
    nic.attachment.deleteOnTermination = deleteOnTermination
  }
}

function statusOf(nic: NetworkInterface): string {
  return nic.attachment === undefined && nic.managed === undefined ? 'available' : 'in-use'
}

function interfaceType(nic: NetworkInterface): string {
  return nic.managed === undefined ? 'interface' : 'network_load_balancer'
}

function attachmentOwner(nic: NetworkInterface, state: RegionState): string | undefined {
  return nic.managed === undefined ? nic.attachment && state.accountId : LOAD_BALANCING
}

function notTheirs(): ApiError {
  return new ApiError(
    'OperationNotPermitted',
    "You do not have permission to access the specified resource: it is managed by 'amazon-elb'.",
  )
}

function describeAttachment({attachment, managed}: NetworkInterface, state: RegionState): XmlElement | undefined {
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

function describeInterface(nic: NetworkInterface, state: RegionState): XmlElement {
  const zone = state.subnets[nic.subnetId]?.availabilityZone ?? ''
  const dnsName = privateDnsName(nic.privateIpAddress, state.region)
  const association = describeAssociation(nic, state)
  return {
    networkInterfaceId: nic.networkInterfaceId,
    subnetId: nic.subnetId,
    vpcId: nic.vpcId,
    availabilityZone: zone,
    availabilityZoneId: zoneId(state, zone),
    description: nic.managed?.description ?? '',
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
