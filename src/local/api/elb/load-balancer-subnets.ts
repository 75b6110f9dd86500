import type {LoadBalancer} from '../../elb-model.js'
import type {RegionState} from '../../model.js'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {subnetOf, type SubnetMapping} from './managed-interface.js'

/** EC2's quota of groups an interface. */
const GROUPS = 5

/** Reads `Subnets` or `SubnetMappings`, of which there must be one. */
export function subnetMappings(parameters: Parameters): SubnetMapping[] {
  const plain = parameters.list('Subnets').map(subnetId => ({subnetId}))
  const mappings = parameters.groups('SubnetMappings').map(mapping => {
    const allocationId = mapping.optional('AllocationId')
    const privateIpv4Address = mapping.optional('PrivateIPv4Address')
    return {
      subnetId: mapping.required('SubnetId'),
      ...(privateIpv4Address === undefined ? {} : {privateIpv4Address}),
      ...(allocationId === undefined ? {} : {allocationId}),
    }
  })
  if (plain.length > 0 && mappings.length > 0)
    throw new ApiError('ValidationError', "Only one of 'Subnets' and 'SubnetMappings' can be specified")
  if (plain.length + mappings.length === 0)
    throw new ApiError('ValidationError', 'At least one subnet must be specified')
  return [...plain, ...mappings]
}

/** The VPC the subnets are in, one a zone. Throws SubnetNotFound, InvalidSubnet, InvalidConfigurationRequest. */
export function vpcOfSubnets(
  state: RegionState,
  mappings: readonly SubnetMapping[],
  scheme: LoadBalancer['scheme'],
): string {
  const subnets = mappings.map(({subnetId}) => subnetOf(state, subnetId))
  const vpcIds = new Set(subnets.map(({vpcId}) => vpcId))
  const [vpcId] = vpcIds
  if (vpcId === undefined || vpcIds.size > 1)
    throw new ApiError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC')
  if (new Set(subnets.map(({availabilityZone}) => availabilityZone)).size < subnets.length)
    throw new ApiError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    )
  const hasGateway = Object.values(state.internetGateways).some(gateway => gateway.vpcId === vpcId)
  if (scheme === 'internet-facing' && !hasGateway)
    throw new ApiError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`)
  if (scheme === 'internet-facing' && mappings.some(({privateIpv4Address}) => privateIpv4Address !== undefined))
    throw new ApiError(
      'InvalidConfigurationRequest',
      'A private IPv4 address can be specified for internal load balancers only',
    )
  if (scheme === 'internal' && mappings.some(({allocationId}) => allocationId !== undefined))
    throw new ApiError(
      'InvalidConfigurationRequest',
      'Elastic IP addresses can be specified for internet-facing load balancers only',
    )
  return vpcId
}

/** The groups named, each once; they must be of that VPC. Throws InvalidSecurityGroup, InvalidConfigurationRequest. */
export function groupsOf(state: RegionState, vpcId: string, named: readonly string[]): string[] {
  const groupIds = [...new Set(named)]
  for (const groupId of groupIds) {
    const group = state.securityGroups[groupId]
    if (group === undefined)
      throw new ApiError('InvalidSecurityGroup', `One or more security groups are invalid: ${groupId}`)
    if (group.vpcId !== vpcId)
      throw new ApiError(
        'InvalidConfigurationRequest',
        'One or more security groups do not belong to the same VPC as the load balancer',
      )
  }
  if (groupIds.length > GROUPS)
    throw new ApiError('InvalidConfigurationRequest', `A load balancer can have at most ${GROUPS} security groups`)
  return groupIds
}
