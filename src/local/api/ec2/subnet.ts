import {contains, formatCidr, overlap, type Cidr} from '../../../cluster/cidr.js'
import type {RegionState, Subnet} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {canonicalCidr, storedCidr} from '../cidr-parameter.js'
import {listItems, listingRequest} from '../listing.js'
import {dependencyViolation, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSpecifications} from '../tag-specifications.js'
import {zoneId} from './region-and-zone.js'
import {describeSubnet, subnetListing} from './subnet-view.js'

/** What ModifySubnetAttribute can turn on elsewhere: it is off in all subnets of this region. */
const FIXED_ATTRIBUTES = [
  'AssignIpv6AddressOnCreation',
  'EnableDns64',
  'EnableResourceNameDnsARecordOnLaunch',
  'EnableResourceNameDnsAAAARecordOnLaunch',
  'MapCustomerOwnedIpOnLaunch',
] as const

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
      const page = listItems(request, Object.values(state.subnets), subnetListing(state))
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
