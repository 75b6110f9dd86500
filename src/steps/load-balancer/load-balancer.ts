import type {Subnet as Ec2Subnet} from '@aws-sdk/client-ec2'
import {loadBalancerName, type KnownLoadBalancer} from '../../aws/load-balancers.js'
import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep, type Step} from '../engine/step.js'
import type {internetGatewayAttachment} from '../network/internet-gateway-attachment.js'
import {loadBalancerGroup} from '../network/security-group.js'
import type {NetworkSteps} from '../network/network-steps.js'
import type {Subnet} from '../network/subnet.js'

type LoadBalancerNeeds = {
  readonly subnets: readonly Subnet[]
  readonly group: typeof loadBalancerGroup
  /** ELB takes no subnet of a VPC without one for what is to be reached from outside. */
  readonly gateway?: typeof internetGatewayAttachment
}

export type LoadBalancer = Step<{arn: string; dnsName: string}, LoadBalancerNeeds>

/**
 * The one address of all API servers. It takes minutes until it is active, and nobody waits for that: its name, which the
 * certificates need, is in the answer. Only one that has a security group from the start can ever have one.
 */
export function loadBalancer({publicSubnets, gateway}: NetworkSteps): LoadBalancer {
  return defineStep<{arn: string; dnsName: string}, LoadBalancerNeeds>({
    id: 'load-balancer/load-balancer',
    phase: 'load-balancer',
    title: 'Create the load balancer',
    needs: {subnets: publicSubnets, group: loadBalancerGroup, ...(gateway === undefined ? {} : {gateway})},
    onRepeat: 'refuses',

    find({inventory, stepId}) {
      const found = madeBy(inventory.loadBalancers.filter(isOfUse), stepId)
      return found?.LoadBalancerArn === undefined || found.DNSName === undefined
        ? undefined
        : {arn: found.LoadBalancerArn, dnsName: found.DNSName}
    },

    async create({ec2, elb, clusterId, spec, inventory, stepId, tagList, signal}, needs) {
      // One that has failed never comes to anything, and keeps its name from the next.
      const failed = madeBy(inventory.loadBalancers, stepId)
      if (failed?.LoadBalancerArn !== undefined && !isOfUse(failed))
        await elb.deleteLoadBalancer({LoadBalancerArn: failed.LoadBalancerArn})
      const SubnetIds = needs.subnets.map(({subnetId}) => subnetId)
      const {Subnets = []} = await ec2.describeSubnets({SubnetIds}, {abortSignal: signal})
      const {LoadBalancers} = await elb.createLoadBalancer({
        Name: loadBalancerName(clusterId),
        Type: 'network',
        Scheme: 'internet-facing',
        IpAddressType: 'ipv4',
        Subnets: onePerZone(SubnetIds, Subnets),
        SecurityGroups: [needs.group.groupId],
        Tags: tagList(spec.name),
      })
      const [made] = LoadBalancers ?? []
      return {
        arn: required(made?.LoadBalancerArn, 'LoadBalancerArn'),
        dnsName: required(made?.DNSName, 'DNSName'),
      }
    },
  })
}

function isOfUse({State}: KnownLoadBalancer): boolean {
  return State?.Code !== 'failed'
}

/** The first of each zone: a load balancer takes no second. */
function onePerZone(subnetIds: readonly string[], described: readonly Ec2Subnet[]): string[] {
  const zoneOf = (subnetId: string): string | undefined =>
    described.find(({SubnetId}) => SubnetId === subnetId)?.AvailabilityZone
  return subnetIds.filter((id, i) => subnetIds.findIndex(other => zoneOf(other) === zoneOf(id)) === i)
}
