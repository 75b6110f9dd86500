import type {EC2} from '@aws-sdk/client-ec2'
import {allInstances, type Inventory} from './inventory.js'

/** Everything that stands in some VPCs, whoever made it. Without what EC2 itself puts into each: main table, default group. */
export async function vpcContents(ec2: EC2, vpcIds: readonly string[], signal: AbortSignal): Promise<Inventory> {
  const Values = [...vpcIds]
  const input = {Filters: [{Name: 'vpc-id', Values}]}
  const options = {abortSignal: signal}
  const [subnets, gateways, routeTables, groups, instances, interfaces] = await Promise.all([
    ec2.describeSubnets(input, options),
    ec2.describeInternetGateways({Filters: [{Name: 'attachment.vpc-id', Values}]}, options),
    ec2.describeRouteTables(input, options),
    ec2.describeSecurityGroups(input, options),
    allInstances(ec2, input.Filters, signal),
    ec2.describeNetworkInterfaces(input, options),
  ])
  return {
    vpcs: [],
    subnets: subnets.Subnets ?? [],
    internetGateways: gateways.InternetGateways ?? [],
    routeTables: (routeTables.RouteTables ?? []).filter(table => !table.Associations?.some(a => a.Main === true)),
    securityGroups: (groups.SecurityGroups ?? []).filter(group => group.GroupName !== 'default'),
    keyPairs: [],
    instances: instances.filter(instance => instance.State?.Name !== 'terminated'),
    ended: [],
    volumes: [],
    networkInterfaces: interfaces.NetworkInterfaces ?? [],
  }
}
