import type {Instance, RegionState} from '../../model.js'
import {ApiError} from '../api-error.js'
import {INSTANCE_TYPES} from '../ec2/instance-type-catalogue.js'
import type {ChangeCheck} from './change-check.js'
import type {QuotaFaults} from './settings.js'

interface Quota {
  readonly count: (state: RegionState) => number
  readonly code: string
  readonly message: (limit: number) => string
}

const TOO_MANY_VCPUS = {
  code: 'VcpuLimitExceeded',
  message: (limit: number) =>
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
}

const QUOTAS: Readonly<Record<keyof QuotaFaults, Quota>> = {
  vpcs: {
    count: state => Object.keys(state.vpcs).length,
    code: 'VpcLimitExceeded',
    message: () => 'The maximum number of VPCs has been reached.',
  },
  internetGateways: {
    count: state => Object.keys(state.internetGateways).length,
    code: 'InternetGatewayLimitExceeded',
    message: () => 'The maximum number of internet gateways has been reached.',
  },
  subnetsPerVpc: {
    count: state => Math.max(0, ...Object.keys(state.vpcs).map(vpcId => subnetsOf(state, vpcId))),
    code: 'SubnetLimitExceeded',
    message: () => 'The maximum number of subnets for the VPC has been reached.',
  },
  securityGroups: {
    count: state => Object.keys(state.securityGroups).length,
    code: 'SecurityGroupLimitExceeded',
    message: () => 'The maximum number of security groups has been reached.',
  },
  instances: {
    count: state => up(state).length,
    code: 'InstanceLimitExceeded',
    message: limit =>
      `You have requested more instances than your current instance limit of ${limit} allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  },
  vcpus: {
    count: state =>
      up(state)
        .filter(instance => instance.spot === undefined && !isG(instance))
        .reduce(addVcpus, 0),
    ...TOO_MANY_VCPUS,
  },
  gVcpus: {
    count: state =>
      up(state)
        .filter(instance => instance.spot === undefined && isG(instance))
        .reduce(addVcpus, 0),
    ...TOO_MANY_VCPUS,
  },
  routesPerTable: {
    // With the one to the VPC itself.
    count: state => Math.max(0, ...Object.values(state.routeTables).map(({routes}) => routes.length + 1)),
    code: 'RouteLimitExceeded',
    message: limit => `You have reached the limit of ${limit} routes in a route table.`,
  },
  rulesPerGroup: {
    count: state =>
      Math.max(
        0,
        ...Object.values(state.securityGroups).flatMap(({rules}) =>
          [true, false].map(isEgress => rules.filter(rule => rule.isEgress === isEgress).length),
        ),
      ),
    code: 'RulesPerSecurityGroupLimitExceeded',
    message: () => 'The maximum number of rules per security group has been reached.',
  },
  spotInstances: {
    count: state => up(state).filter(({spot}) => spot !== undefined).length,
    code: 'MaxSpotInstanceCountExceeded',
    message: () => 'Max spot instance count exceeded',
  },
  spotVcpus: {
    count: state =>
      up(state)
        .filter(({spot}) => spot !== undefined)
        .reduce(addVcpus, 0),
    code: 'MaxSpotInstanceCountExceeded',
    message: () => 'Max spot instance count exceeded',
  },
  networkLoadBalancers: {
    count: state => Object.keys(state.loadBalancers).length,
    code: 'TooManyLoadBalancers',
    message: () => 'The maximum number of load balancers has been reached',
  },
  targetGroups: {
    count: state => Object.keys(state.targetGroups).length,
    code: 'TooManyTargetGroups',
    message: () => 'The maximum number of target groups has been reached',
  },
}

/** Refuses what would be more than a quota; what there is more of already may stay. */
export function quotaCheck(quotas: QuotaFaults): ChangeCheck {
  const names = Object.keys(QUOTAS) as (keyof QuotaFaults)[]
  return (before, after) => {
    for (const name of names) {
      const limit = quotas[name]
      const {count, code, message} = QUOTAS[name]
      if (limit === undefined || count(after) <= limit || count(after) <= count(before)) continue
      throw new ApiError(code, message(limit))
    }
  }
}

function up(state: RegionState): Instance[] {
  return Object.values(state.instances).filter(instance => instance.state === 'pending' || instance.state === 'running')
}

function isG({instanceType}: Instance): boolean {
  return /^g\d/.test(instanceType)
}

function addVcpus(sum: number, {instanceType}: Instance): number {
  return sum + (INSTANCE_TYPES.find(({name}) => name === instanceType)?.vcpus ?? 0)
}

function subnetsOf(state: RegionState, vpcId: string): number {
  return Object.values(state.subnets).filter(subnet => subnet.vpcId === vpcId).length
}
