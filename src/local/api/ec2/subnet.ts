import {contains, formatCidr, overlap, sizeOf, type Cidr} from '../../../cluster/cidr.js'
import type {RegionState, Subnet} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {canonicalCidr, storedCidr} from '../cidr-parameter.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {dependencyViolation, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {zoneId} from './region-and-zone.js'

/** EC2 keeps the first four addresses of a subnet and the last. */
const RESERVED = 5

/** What ModifySubnetAttribute can turn on elsewhere: it is off in all subnets of this region. */
const FIXED_ATTRIBUTES = [
  'AssignIpv6AddressOnCreation',
  'EnableDns64',
  'EnableResourceNameDnsARecordOnLaunch',
  'EnableResourceNameDnsAAAARecordOnLaunch',
  'MapCustomerOwnedIpOnLaunch',
] as const

const listing = (state: RegionState): Listing<Subnet> => ({
  kind: 'subnet',
  idOf: subnet => subnet.subnetId,
  tagsOf: subnet => subnet.tags,
  fields: {
    'subnet-id': subnet => subnet.subnetId,
    'vpc-id': subnet => subnet.vpcId,
    'cidr-block': subnet => subnet.cidrBlock,
    cidr: subnet => subnet.cidrBlock,
    cidrBlock: subnet => subnet.cidrBlock,
    'availability-zone': subnet => subnet.availabilityZone,
    availabilityZone: subnet => subnet.availabilityZone,
    'availability-zone-id': subnet => zoneId(state, subnet.availabilityZone),
    'available-ip-address-count': subnet => availableAddresses(state, subnet),
    'map-public-ip-on-launch': subnet => subnet.mapPublicIpOnLaunch,
    'subnet-arn': subnet => arnOf(subnet, state),
    'owner-id': () => state.accountId,
    'ipv6-native': () => false,
    ...absent(
      'customer-owned-ipv4-pool',
      'ipv6-cidr-block-association.association-id',
      'ipv6-cidr-block-association.ipv6-cidr-block',
      'ipv6-cidr-block-association.state',
      'outpost-arn',
    ),
    'map-customer-owned-ip-on-launch': () => false,
    'private-dns-name-options-on-launch.hostname-type': () => 'ip-name',
    'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': () => false,
    'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': () => false,
    'default-for-az': () => false,
    defaultForAz: () => false,
    state: () => 'available',
  },
})

export const subnetActions = [
  action(
    'CreateSubnet',
    parameters => {
      parameters.only('Ipv6Native', 'false')
      const text = parameters.required('CidrBlock')
      const cidr = canonicalCidr(text)
      if (cidr === undefined) throw invalidValue(text, 'cidrBlock', 'This is not a valid CIDR block.')
      return {
        cidr,
        vpcId: parameters.required('VpcId'),
        zone: parameters.optional('AvailabilityZone'),
        zoneId: parameters.optional('AvailabilityZoneId'),
        tags: tagSpecifications(parameters, 'subnet'),
      }
    },
    async (input, region) => {
      const subnet = await region.store.change(state => {
        const vpc = lookUp(state.vpcs, 'vpc', input.vpcId)
        const availabilityZone = zoneOf(state, input)
        checkRange(state, input.vpcId, storedCidr(vpc.cidrBlock), input.cidr)
        const subnet: Subnet = {
          subnetId: newId('subnet'),
          vpcId: vpc.vpcId,
          cidrBlock: formatCidr(input.cidr),
          availabilityZone,
          mapPublicIpOnLaunch: false,
          tags: tagsFor(input.tags, 'subnet'),
        }
        state.subnets[subnet.subnetId] = subnet
        return subnet
      })
      await region.network.sync(subnet.vpcId)
      return {subnet: describeSubnet(subnet, region.store.state)}
    },
  ),
  action(
    'DescribeSubnets',
    parameters => listingRequest(parameters, 'SubnetId'),
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.subnets), listing(state))
      return {subnetSet: page.items.map(subnet => describeSubnet(subnet, state)), nextToken: page.nextToken}
    },
  ),
  action(
    'ModifySubnetAttribute',
    parameters => {
      const mapPublicIp = parameters.group('MapPublicIpOnLaunch')?.flag('Value')
      const fixed = FIXED_ATTRIBUTES.flatMap(name => parameters.group(name) ?? [])
      for (const attribute of fixed) attribute.only('Value', 'false')
      parameters.only('PrivateDnsHostnameTypeOnLaunch', 'ip-name')
      const dnsType = parameters.optional('PrivateDnsHostnameTypeOnLaunch')
      if (mapPublicIp === undefined && dnsType === undefined && fixed.length === 0)
        throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
      return {subnetId: parameters.required('SubnetId'), mapPublicIp}
    },
    async ({subnetId, mapPublicIp}, region) => {
      const vpcId = await region.store.change(state => {
        const subnet = lookUp(state.subnets, 'subnet', subnetId)
        if (mapPublicIp !== undefined) subnet.mapPublicIpOnLaunch = mapPublicIp
        return subnet.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
  action(
    'DeleteSubnet',
    parameters => parameters.required('SubnetId'),
    async (subnetId, region) => {
      const vpcId = await region.store.change(state => {
        const subnet = lookUp(state.subnets, 'subnet', subnetId)
        if (Object.values(state.networkInterfaces).some(nic => nic.subnetId === subnetId))
          throw dependencyViolation('subnet', subnetId)
        // Its association with a route table goes with it.
        for (const table of Object.values(state.routeTables))
          table.associations = table.associations.filter(association => association.subnetId !== subnetId)
        Reflect.deleteProperty(state.subnets, subnetId)
        return subnet.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

/** Addresses of a subnet that instances may have, first and last. */
export function usableAddresses(subnet: Subnet): {first: number; last: number} {
  const cidr = storedCidr(subnet.cidrBlock)
  return {first: cidr.base + RESERVED - 1, last: cidr.base + sizeOf(cidr) - 2}
}

function zoneOf(state: RegionState, input: {zone: string | undefined; zoneId: string | undefined}): string {
  if (input.zone === undefined && input.zoneId === undefined) return state.zones[0] ?? state.region
  const zone = state.zones.find(name => name === input.zone || zoneId(state, name) === input.zoneId)
  if (zone !== undefined) return zone
  const known = `Subnets can currently only be created in the following availability zones: ${state.zones.join(', ')}.`
  throw invalidValue(input.zone ?? input.zoneId ?? '', 'availabilityZone', known)
}

function checkRange(state: RegionState, vpcId: string, vpcRange: Cidr, cidr: Cidr): void {
  const text = formatCidr(cidr)
  if (cidr.prefix < 16 || cidr.prefix > 28 || !contains(vpcRange, cidr))
    throw new ApiError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`)
  const taken = Object.values(state.subnets).filter(subnet => subnet.vpcId === vpcId)
  if (taken.some(subnet => overlap(storedCidr(subnet.cidrBlock), cidr)))
    throw new ApiError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`)
}

function availableAddresses(state: RegionState, subnet: Subnet): number {
  const used = Object.values(state.networkInterfaces).filter(nic => nic.subnetId === subnet.subnetId).length
  return sizeOf(storedCidr(subnet.cidrBlock)) - RESERVED - used
}

function arnOf({subnetId}: Subnet, {region, accountId}: RegionState): string {
  return `arn:aws:ec2:${region}:${accountId}:subnet/${subnetId}`
}

function describeSubnet(subnet: Subnet, state: RegionState): XmlElement {
  return {
    subnetId: subnet.subnetId,
    subnetArn: arnOf(subnet, state),
    state: 'available',
    ownerId: state.accountId,
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidrBlock,
    availableIpAddressCount: availableAddresses(state, subnet),
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: zoneId(state, subnet.availabilityZone),
    defaultForAz: false,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    mapCustomerOwnedIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
    ipv6CidrBlockAssociationSet: [],
    ipv6Native: false,
    enableDns64: false,
    privateDnsNameOptionsOnLaunch: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    tagSet: tagSet(subnet.tags),
  }
}
