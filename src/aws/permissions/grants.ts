import {MANAGED_TAG} from '../tags.js'
import type {PolicyCondition} from './policy-document.js'

/** One statement of the policy: what khw may do, to what, and on which condition. */
export interface Grant {
  /** Of the statement; letters and digits. */
  readonly sid: string
  /** With the service's prefix: `ec2:CreateVpc`. Each is an operation that khw calls, unless `impliedBy` says otherwise. */
  readonly actions: readonly string[]
  /** Types of resources (`vpc`), or whole ARNs; all, if there are none. */
  readonly resources?: readonly string[]
  readonly condition?: PolicyCondition
  /** The actions that khw calls and that AWS lets through only with these: nobody calls these by their names. */
  readonly impliedBy?: readonly string[]
  /** Needed by clusters only that ask for it (--spot). */
  readonly only?: 'spot'
  /** Name of the role for whose making it is: needed only until that is there. */
  readonly linkedRole?: string
  /** Said of the region, too, where the policy is bound to some. A call needs all its rows, so one of them is enough. */
  readonly bindsRegion?: boolean
}

/** What is made carries the tag, which is what makes it khw's. */
const TAGGED_BY_REQUEST = {StringEquals: {[`aws:RequestTag/${MANAGED_TAG}`]: 'true'}}
/** What is touched was made by khw. */
const OURS = {StringEquals: {[`aws:ResourceTag/${MANAGED_TAG}`]: 'true'}}

/** Calls that make something of EC2 and tag it in the same breath. */
const EC2_CREATIONS = [
  'CreateVpc',
  'CreateSubnet',
  'CreateInternetGateway',
  'CreateRouteTable',
  'CreateSecurityGroup',
  'ImportKeyPair',
  'RunInstances',
] as const

const MAKES_ROLE = ['iam:CreateServiceLinkedRole']

/** Calls that make something of ELB and tag it in the same breath. */
const ELB_CREATIONS = ['CreateListener', 'CreateLoadBalancer', 'CreateTargetGroup'] as const
/** All that ELB has; the last part has slashes in it, and no colons. */
const ELB_ARNS = 'arn:*:elasticloadbalancing:*:*:*'

/**
 * Everything that khw is allowed to do with an account, as a table; `khw iam policy` prints it. EC2 judges each resource of
 * a call by itself, so that a call stands in as many rows as it has kinds of resources (Service Authorization Reference,
 * "Actions, resources, and condition keys for Amazon EC2").
 */
export const OPERATOR_GRANTS: readonly Grant[] = [
  {
    sid: 'Look',
    bindsRegion: true,
    actions: [
      ...ec2(
        'DescribeAvailabilityZones',
        'DescribeImages',
        'DescribeInstanceTypeOfferings',
        'DescribeInstanceTypes',
        'DescribeInstances',
        'DescribeInternetGateways',
        'DescribeKeyPairs',
        'DescribeNetworkInterfaces',
        'DescribeRegions',
        'DescribeRouteTables',
        'DescribeSecurityGroups',
        'DescribeSubnets',
        'DescribeVolumes',
        'DescribeVpcAttribute',
        'DescribeVpcEndpoints',
        'DescribeVpcPeeringConnections',
        'DescribeVpcs',
      ),
      ...elb(
        'DescribeListeners',
        'DescribeLoadBalancers',
        'DescribeTags',
        'DescribeTargetGroups',
        'DescribeTargetHealth',
      ),
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetServiceQuota',
    ],
  },
  {sid: 'WhoAmI', actions: ['sts:GetCallerIdentity']},
  // Two rows: with a variable that has no value, as that of a role, a statement allows nothing at all.
  {
    sid: 'WhatMayI',
    actions: ['iam:SimulatePrincipalPolicy'],
    resources: ['arn:*:iam::*:user/${aws:username}', 'arn:*:iam::*:user/*/${aws:username}'],
  },
  // The role's path is for its own name to be known; and services have roles, or have none yet.
  {sid: 'WhatMayMyRole', actions: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], resources: ['arn:*:iam::*:role/*']},
  {
    sid: 'Make',
    bindsRegion: true,
    actions: [...ec2(...EC2_CREATIONS.filter(name => name !== 'RunInstances')), ...elb(...ELB_CREATIONS)],
    // No call of one service is about things of the other.
    resources: ['vpc', 'subnet', 'internet-gateway', 'route-table', 'security-group', 'key-pair', ELB_ARNS],
    condition: TAGGED_BY_REQUEST,
  },
  {
    sid: 'LaunchInstance',
    bindsRegion: true,
    actions: ec2('RunInstances'),
    resources: ['instance'],
    condition: {StringEquals: {...TAGGED_BY_REQUEST.StringEquals, 'ec2:MetadataHttpTokens': 'required'}},
  },
  {
    sid: 'LaunchVolume',
    actions: ec2('RunInstances'),
    resources: ['volume'],
    condition: {...TAGGED_BY_REQUEST, Bool: {'ec2:Encrypted': 'true'}},
  },
  {
    sid: 'LaunchInterface',
    actions: ec2('RunInstances'),
    resources: ['network-interface'],
    condition: TAGGED_BY_REQUEST,
  },
  {
    sid: 'LaunchInOurs',
    actions: ec2('RunInstances'),
    resources: ['subnet', 'security-group', 'key-pair'],
    condition: OURS,
  },
  {sid: 'LaunchImage', actions: ec2('RunInstances'), resources: ['arn:*:ec2:*::image/*']},
  {
    sid: 'Tag',
    actions: ec2('CreateTags'),
    resources: ['*'],
    condition: {StringEquals: {...TAGGED_BY_REQUEST.StringEquals, 'ec2:CreateAction': [...EC2_CREATIONS]}},
    impliedBy: ec2(...EC2_CREATIONS),
  },
  {
    sid: 'Retag',
    actions: [...ec2('CreateTags'), ...elb('AddTags')],
    resources: ['*'],
    condition: {...OURS, 'ForAllValues:StringLike': {'aws:TagKeys': ['khw:*']}},
  },
  {
    // The calls that make something in a VPC are about the VPC, too.
    sid: 'ChangeOurs',
    actions: ec2(
      'AssociateRouteTable',
      'AttachInternetGateway',
      'AuthorizeSecurityGroupIngress',
      'CreateRoute',
      'CreateRouteTable',
      'CreateSecurityGroup',
      'CreateSubnet',
      'DeleteInternetGateway',
      'DeleteKeyPair',
      'DeleteNetworkInterface',
      'DeleteRoute',
      'DeleteRouteTable',
      'DeleteSecurityGroup',
      'DeleteSubnet',
      'DeleteVolume',
      'DeleteVpc',
      'DetachInternetGateway',
      'DisassociateRouteTable',
      'ModifyInstanceAttribute',
      'ModifyVpcAttribute',
      'ReplaceRoute',
      'RevokeSecurityGroupEgress',
      'RevokeSecurityGroupIngress',
      'StartInstances',
      'TerminateInstances',
    ),
    resources: ['*'],
    condition: OURS,
  },
  {
    sid: 'TagLoadBalancer',
    actions: elb('AddTags'),
    resources: ['*'],
    condition: {
      StringEquals: {...TAGGED_BY_REQUEST.StringEquals, 'elasticloadbalancing:CreateAction': [...ELB_CREATIONS]},
    },
    impliedBy: elb(...ELB_CREATIONS),
  },
  {
    sid: 'ChangeOurLoadBalancer',
    actions: elb(
      'DeleteLoadBalancer',
      'DeleteTargetGroup',
      'DeregisterTargets',
      'ModifyTargetGroupAttributes',
      'RegisterTargets',
    ),
    resources: ['*'],
    condition: OURS,
  },
  {
    // ELB looks at these in the name of who asks it for a load balancer (ELB User Guide, "API permissions").
    sid: 'LookForElb',
    actions: ec2('DescribeAccountAttributes', 'DescribeAddresses'),
    impliedBy: elb('CreateLoadBalancer'),
  },
  // The first load balancer and the first spot instance of an account make these services ask for a role of their own, in
  // the name of who asks for them.
  {
    sid: 'RoleOfElb',
    actions: MAKES_ROLE,
    resources: ['arn:*:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/*'],
    impliedBy: elb('CreateLoadBalancer'),
    linkedRole: 'AWSServiceRoleForElasticLoadBalancing',
  },
  {
    sid: 'RoleOfSpot',
    actions: MAKES_ROLE,
    resources: ['arn:*:iam::*:role/aws-service-role/spot.amazonaws.com/*'],
    impliedBy: ec2('RunInstances'),
    only: 'spot',
    linkedRole: 'AWSServiceRoleForEC2Spot',
  },
]

/**
 * What a cluster in VPCs of somebody else needs besides (--vpc-id): groups and machines in them, and the routes to its pods
 * in their route tables. Nothing there carries khw's tag, so that the VPC itself is what these are bound to.
 */
export function guestGrants(vpcIds: readonly string[]): readonly Grant[] {
  if (vpcIds.length === 0) return []
  const vpcs = vpcIds.map(id => `arn:*:ec2:*:*:vpc/${id}`)
  const condition = {ArnLike: {'ec2:Vpc': vpcs}}
  return [
    {sid: 'MakeInTheirs', actions: ec2('CreateSecurityGroup'), resources: vpcs},
    // Machines are launched into subnets, and routes are in route tables: none of these calls is about the other.
    {
      sid: 'LaunchAndRouteInTheirs',
      actions: ec2('CreateRoute', 'DeleteRoute', 'ReplaceRoute', 'RunInstances'),
      resources: ['route-table', 'subnet'],
      condition,
    },
  ]
}

function ec2(...names: readonly string[]): string[] {
  return names.map(name => `ec2:${name}`)
}

function elb(...names: readonly string[]): string[] {
  return names.map(name => `elasticloadbalancing:${name}`)
}
