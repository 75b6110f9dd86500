import {formatCidr} from '../../../cluster/cidr.js'
import type {RegionState, Vpc} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {canonicalCidr} from '../cidr-parameter.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {dependencyViolation, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {dhcpOptionsId} from './dhcp-options.js'
import {newMainRouteTable} from './route-table.js'
import {newDefaultGroup} from './security-group.js'

/** How many VPCs the region has room for: the account's quota, which on EC2 is 5 and can be raised. */
const VPC_LIMIT = 64

const listing = (state: RegionState): Listing<Vpc> => ({
  kind: 'vpc',
  idOf: vpc => vpc.vpcId,
  tagsOf: vpc => vpc.tags,
  fields: {
    'vpc-id': vpc => vpc.vpcId,
    cidr: vpc => vpc.cidrBlock,
    'cidr-block': vpc => vpc.cidrBlock,
    'cidr-block-association.cidr-block': vpc => vpc.cidrBlock,
    'cidr-block-association.association-id': rangeAssociationId,
    'cidr-block-association.state': () => 'associated',
    ...absent(
      'ipv6-cidr-block-association.association-id',
      'ipv6-cidr-block-association.ipv6-cidr-block',
      'ipv6-cidr-block-association.ipv6-pool',
      'ipv6-cidr-block-association.state',
    ),
    'dhcp-options-id': () => dhcpOptionsId(state),
    'owner-id': () => state.accountId,
    state: () => 'available',
    'is-default': () => false,
    isDefault: () => false,
  },
})

export const vpcActions = [
  action(
    'CreateVpc',
    parameters => {
      parameters.only('InstanceTenancy', 'default')
      parameters.only('AmazonProvidedIpv6CidrBlock', 'false')
      return {cidrBlock: vpcRange(parameters.required('CidrBlock')), tags: tagSpecifications(parameters, 'vpc')}
    },
    async ({cidrBlock, tags}, region) => {
      const vpc = await region.store.change(state => {
        if (Object.keys(state.vpcs).length >= VPC_LIMIT)
          throw new ApiError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
        const vpc: Vpc = {
          vpcId: newId('vpc'),
          cidrBlock,
          enableDnsSupport: true,
          enableDnsHostnames: false,
          slot: freeSlot(state),
          tags: tagsFor(tags, 'vpc'),
        }
        state.vpcs[vpc.vpcId] = vpc
        newMainRouteTable(state, vpc.vpcId)
        newDefaultGroup(state, vpc.vpcId)
        return vpc
      })
      await region.network.sync(vpc.vpcId)
      return {vpc: describeVpc(vpc, region.store.state)}
    },
  ),
  action(
    'DescribeVpcs',
    parameters => listingRequest(parameters, 'VpcId'),
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.vpcs), listing(state))
      return {vpcSet: page.items.map(vpc => describeVpc(vpc, state)), nextToken: page.nextToken}
    },
  ),
  action(
    'DescribeVpcAttribute',
    parameters => ({vpcId: parameters.required('VpcId'), attribute: parameters.required('Attribute')}),
    ({vpcId, attribute}, region) => {
      const vpc = lookUp(region.store.state.vpcs, 'vpc', vpcId)
      switch (attribute) {
        case 'enableDnsSupport':
          return {vpcId, enableDnsSupport: {value: vpc.enableDnsSupport}}
        case 'enableDnsHostnames':
          return {vpcId, enableDnsHostnames: {value: vpc.enableDnsHostnames}}
        case 'enableNetworkAddressUsageMetrics':
          return {vpcId, enableNetworkAddressUsageMetrics: {value: false}}
        default:
          throw invalidValue(attribute, 'attribute', 'Unknown attribute.')
      }
    },
  ),
  action(
    'ModifyVpcAttribute',
    parameters => {
      const support = parameters.group('EnableDnsSupport')?.flag('Value')
      const hostnames = parameters.group('EnableDnsHostnames')?.flag('Value')
      const metrics = parameters.group('EnableNetworkAddressUsageMetrics')
      metrics?.only('Value', 'false')
      const vpcId = parameters.required('VpcId')
      if (support !== undefined && hostnames !== undefined)
        throw new ApiError('InvalidParameterCombination', 'Fields for multiple attribute types specified')
      if (support === undefined && hostnames === undefined && metrics === undefined)
        throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
      return {vpcId, support, hostnames}
    },
    async ({vpcId, support, hostnames}, region) => {
      await region.store.change(state => {
        const vpc = lookUp(state.vpcs, 'vpc', vpcId)
        if (support !== undefined) vpc.enableDnsSupport = support
        if (hostnames !== undefined) vpc.enableDnsHostnames = hostnames
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
  action(
    'DeleteVpc',
    parameters => parameters.required('VpcId'),
    async (vpcId, region) => {
      await region.store.change(state => {
        lookUp(state.vpcs, 'vpc', vpcId)
        if (hasDependencies(state, vpcId)) throw dependencyViolation('vpc', vpcId)
        for (const table of Object.values(state.routeTables))
          if (table.vpcId === vpcId) Reflect.deleteProperty(state.routeTables, table.routeTableId)
        for (const group of Object.values(state.securityGroups))
          if (group.vpcId === vpcId) Reflect.deleteProperty(state.securityGroups, group.groupId)
        Reflect.deleteProperty(state.vpcs, vpcId)
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

/** The main route table and the default group go with the VPC; everything else has to be gone. */
function hasDependencies(state: RegionState, vpcId: string): boolean {
  const inVpc = (resource: {readonly vpcId?: string}): boolean => resource.vpcId === vpcId
  return (
    Object.values(state.subnets).some(inVpc) ||
    Object.values(state.networkInterfaces).some(inVpc) ||
    Object.values(state.internetGateways).some(inVpc) ||
    Object.values(state.securityGroups).some(group => inVpc(group) && group.groupName !== 'default') ||
    Object.values(state.routeTables).some(table => inVpc(table) && !table.associations.some(({main}) => main))
  )
}

function vpcRange(text: string): string {
  const cidr = canonicalCidr(text)
  if (cidr === undefined) throw invalidValue(text, 'cidrBlock', 'This is not a valid CIDR block.')
  if (cidr.prefix < 16 || cidr.prefix > 28) throw new ApiError('InvalidVpc.Range', `The CIDR '${text}' is invalid.`)
  return formatCidr(cidr)
}

function freeSlot(state: RegionState): number {
  const taken = new Set(Object.values(state.vpcs).map(vpc => vpc.slot))
  let slot = 0
  while (taken.has(slot)) slot += 1
  return slot
}

function rangeAssociationId({vpcId}: Vpc): string {
  return vpcId.replace(/^vpc/, 'vpc-cidr-assoc')
}

function describeVpc(vpc: Vpc, state: RegionState): XmlElement {
  return {
    vpcId: vpc.vpcId,
    ownerId: state.accountId,
    state: 'available',
    cidrBlock: vpc.cidrBlock,
    cidrBlockAssociationSet: [
      {
        associationId: rangeAssociationId(vpc),
        cidrBlock: vpc.cidrBlock,
        cidrBlockState: {state: 'associated'},
      },
    ],
    dhcpOptionsId: dhcpOptionsId(state),
    instanceTenancy: 'default',
    isDefault: false,
    tagSet: tagSet(vpc.tags),
  }
}
