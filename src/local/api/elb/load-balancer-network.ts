import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import {groupsOf, subnetMappings, vpcOfSubnets} from './load-balancer-subnets.js'
import {describeZones} from './load-balancer-view.js'
import {newManagedInterface} from './managed-interface.js'
import {lookUpArn} from './names.js'
import {releaseInterfaces} from './release.js'

export const loadBalancerNetworkActions = [
  queryAction(
    'SetSecurityGroups',
    parameters => ({arn: parameters.required('LoadBalancerArn'), groups: parameters.list('SecurityGroups')}),
    async ({arn, groups}, region) => {
      const loadBalancer = await region.store.change(state => {
        const loadBalancer = lookUpArn(state.loadBalancers, 'loadBalancer', arn)
        if (loadBalancer.securityGroups.length === 0)
          throw new ApiError(
            'InvalidConfigurationRequest',
            'You cannot set security groups on a Network Load Balancer that was created without any',
          )
        if (groups.length === 0)
          throw new ApiError('InvalidConfigurationRequest', 'You must specify at least one security group')
        loadBalancer.securityGroups = groupsOf(state, loadBalancer.vpcId, groups)
        for (const {networkInterfaceId} of loadBalancer.zones) {
          const nic = state.networkInterfaces[networkInterfaceId]
          if (nic !== undefined) nic.groupIds = [...loadBalancer.securityGroups]
        }
        return loadBalancer
      })
      await region.network.sync(loadBalancer.vpcId)
      return {SecurityGroupIds: loadBalancer.securityGroups}
    },
  ),
  queryAction(
    'SetSubnets',
    parameters => {
      const addresses = parameters.optional('IpAddressType') ?? 'ipv4'
      if (addresses !== 'ipv4')
        throw new ApiError(
          'InvalidConfigurationRequest',
          `The IP address type '${addresses}' is not available in this region`,
        )
      return {arn: parameters.required('LoadBalancerArn'), mappings: subnetMappings(parameters)}
    },
    async ({arn, mappings}, region) => {
      const {publicRange, now} = region
      const loadBalancer = await region.store.change(state => {
        const loadBalancer = lookUpArn(state.loadBalancers, 'loadBalancer', arn)
        if (vpcOfSubnets(state, mappings, loadBalancer.scheme) !== loadBalancer.vpcId)
          throw new ApiError('InvalidConfigurationRequest', 'All subnets must belong to the VPC of the load balancer')
        const had = loadBalancer.zones
        loadBalancer.zones = mappings.map(
          mapping =>
            had.find(({subnetId}) => subnetId === mapping.subnetId) ??
            newManagedInterface(state, loadBalancer, mapping, {publicRange, now: now()}),
        )
        releaseInterfaces(
          state,
          had.filter(zone => !loadBalancer.zones.includes(zone)),
          region,
        )
        return loadBalancer
      })
      region.loadBalancers.release()
      await region.network.sync(loadBalancer.vpcId)
      return {AvailabilityZones: describeZones(loadBalancer, region.store.state), IpAddressType: 'ipv4'}
    },
  ),
]
