import {randomBytes} from 'node:crypto'
import type {RegionState, Tagged} from '../model.js'
import {ApiError} from './api-error.js'

/** What EC2 calls a kind of resource, and how it answers when one does not exist. */
export interface ResourceKind {
  /** As in tag specifications and DescribeTags. */
  readonly type: string
  /** Of its ids. */
  readonly prefix: string
  readonly notFound: string
  readonly malformed: string
  /** As in the message of `notFound`: `The vpc ID 'vpc-1' does not exist`. */
  readonly noun: string
}

export type KindName =
  | 'vpc'
  | 'subnet'
  | 'internetGateway'
  | 'routeTable'
  | 'securityGroup'
  | 'securityGroupRule'
  | 'keyPair'
  | 'networkInterface'
  | 'volume'
  | 'instance'
  | 'image'
  | 'address'
  | 'networkAcl'
  | 'dhcpOptions'

export const KINDS: Readonly<Record<KindName, ResourceKind>> = {
  vpc: kind('vpc', 'vpc', 'InvalidVpcID', 'vpc ID'),
  subnet: kind('subnet', 'subnet', 'InvalidSubnetID', 'subnet ID'),
  internetGateway: kind('internet-gateway', 'igw', 'InvalidInternetGatewayID', 'internetGateway ID'),
  routeTable: kind('route-table', 'rtb', 'InvalidRouteTableID', 'routeTable ID'),
  securityGroup: {
    ...kind('security-group', 'sg', 'InvalidGroup', 'security group'),
    malformed: 'InvalidGroupId.Malformed',
  },
  securityGroupRule: kind('security-group-rule', 'sgr', 'InvalidSecurityGroupRuleId', 'security group rule ID'),
  keyPair: kind('key-pair', 'key', 'InvalidKeyPair', 'key pair ID'),
  networkInterface: kind('network-interface', 'eni', 'InvalidNetworkInterfaceID', 'networkInterface ID'),
  volume: kind('volume', 'vol', 'InvalidVolume', 'volume'),
  instance: kind('instance', 'i', 'InvalidInstanceID', 'instance ID'),
  image: kind('image', 'ami', 'InvalidAMIID', 'image ID'),
  address: kind('elastic-ip', 'eipalloc', 'InvalidAllocationID', 'allocation ID'),
  networkAcl: kind('network-acl', 'acl', 'InvalidNetworkAclID', 'networkAcl ID'),
  dhcpOptions: kind('dhcp-options', 'dopt', 'InvalidDhcpOptionsID', 'dhcpOption ID'),
}

/** A new id: the prefix and 17 hex digits, as EC2 makes them. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`
}

/** The record with that id; throws the kind's `.Malformed` or `.NotFound`. */
export function lookUp<T>(records: Readonly<Record<string, T>>, name: KindName, id: string): T {
  checkId(name, id)
  const record = Object.hasOwn(records, id) ? records[id] : undefined
  if (record === undefined) throw doesNotExist(name, id)
  return record
}

/** Throws the kind's `.Malformed`. */
export function checkId(name: KindName, id: string): void {
  const {prefix, malformed} = KINDS[name]
  if (new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) return
  throw new ApiError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`)
}

export function doesNotExist(name: KindName, id: string): ApiError {
  const {notFound, noun} = KINDS[name]
  return new ApiError(notFound, `The ${noun} '${id}' does not exist`)
}

/** EC2 refuses to delete what something else needs. */
export function dependencyViolation(noun: string, id: string): ApiError {
  return new ApiError('DependencyViolation', `The ${noun} '${id}' has dependencies and cannot be deleted.`)
}

/** Everything in the region that can have tags: kind, id, record. */
export function taggedResources(state: RegionState): [KindName, string, Tagged][] {
  const of = (name: KindName, records: Record<string, Tagged>): [KindName, string, Tagged][] =>
    Object.entries(records).map(([id, record]) => [name, id, record])
  return [
    ...of('vpc', state.vpcs),
    ...of('subnet', state.subnets),
    ...of('internetGateway', state.internetGateways),
    ...of('routeTable', state.routeTables),
    ...of('securityGroup', state.securityGroups),
    ...Object.values(state.securityGroups).flatMap(group =>
      of('securityGroupRule', Object.fromEntries(group.rules.map(rule => [rule.securityGroupRuleId, rule]))),
    ),
    ...of('keyPair', state.keyPairs),
    ...of('networkInterface', state.networkInterfaces),
    ...of('volume', state.volumes),
    ...of('address', state.addresses),
    ...of('instance', state.instances),
  ]
}

function kind(type: string, prefix: string, code: string, noun: string): ResourceKind {
  return {type, prefix, notFound: `${code}.NotFound`, malformed: `${code}.Malformed`, noun}
}
