import type {RegionState, SecurityGroup, SecurityGroupRule} from '../../model.js'
import {ApiError, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {lookUp} from '../resource-kinds.js'
import type {XmlElement} from '../xml.js'
import {cidrIpv6Peer, cidrPeer, peerText} from './rule-peer.js'

/** One source or destination of a permission, as asked for. */
export type RuleRequest = Omit<SecurityGroupRule, 'securityGroupRuleId' | 'tags'>

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {'1': 'icmp', '6': 'tcp', '17': 'udp', all: '-1'}

/**
 * Reads `IpPermissions.N`, or a single permission from the top level, as one request for each source or destination.
 * Throws InvalidParameterValue and MissingParameter.
 */
export function ruleRequests(parameters: Parameters, isEgress: boolean): RuleRequest[] {
  const listed = parameters.groups('IpPermissions')
  const flat = {protocol: parameters.optional('IpProtocol'), cidr: parameters.optional('CidrIp')}
  if (listed.length === 0 && flat.protocol === undefined) return []
  if (listed.length > 0 && flat.protocol !== undefined)
    throw new ApiError('InvalidParameterCombination', 'The parameter ipPermissions may not be used with ipProtocol')
  if (listed.length === 0) {
    if (flat.cidr === undefined) throw missingParameter('CidrIp')
    return [{isEgress, ...portsOf(parameters), peer: cidrPeer(flat.cidr)}]
  }
  return listed.flatMap(permission => {
    const ports = portsOf(permission)
    const ranges = permission.groups('IpRanges').map(range => ({
      isEgress,
      ...ports,
      peer: cidrPeer(range.required('CidrIp')),
      ...descriptionOf(range),
    }))
    const ranges6 = permission.groups('Ipv6Ranges').map(range => ({
      isEgress,
      ...ports,
      peer: cidrIpv6Peer(range.required('CidrIpv6')),
      ...descriptionOf(range),
    }))
    const groups = permission.groups('Groups').map(pair => {
      pair.ignore('UserId', 'VpcId')
      const peer = {kind: 'group', groupId: pair.required('GroupId')} as const
      return {isEgress, ...ports, peer, ...descriptionOf(pair)}
    })
    const requests = [...ranges, ...ranges6, ...groups]
    if (requests.length === 0)
      throw new ApiError('MissingParameter', 'The request must contain a source or destination for each permission')
    return requests
  })
}

/** Throws InvalidGroup.NotFound if the rule points at a group that is not in the same VPC. */
export function checkPeer(state: RegionState, group: SecurityGroup, {peer}: RuleRequest): void {
  if (peer.kind !== 'group') return
  const other = lookUp(state.securityGroups, 'securityGroup', peer.groupId)
  if (other.vpcId !== group.vpcId)
    throw new ApiError(
      'InvalidGroup.NotFound',
      `You have specified two resources that belong to different networks: ${group.groupId} and ${peer.groupId}`,
    )
}

/** Two rules are the same if they let the same packets through, whatever their descriptions. */
export function isSameRule(a: RuleRequest, b: RuleRequest): boolean {
  return (
    a.isEgress === b.isEgress &&
    a.ipProtocol === b.ipProtocol &&
    a.fromPort === b.fromPort &&
    a.toPort === b.toPort &&
    peerText(a.peer) === peerText(b.peer)
  )
}

/** The group's rule that lets the same packets through. Throws InvalidPermission.NotFound. */
export function ruleLike(group: SecurityGroup, request: RuleRequest): SecurityGroupRule {
  const rule = group.rules.find(other => isSameRule(other, request))
  if (rule === undefined)
    throw new ApiError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
  return rule
}

/** EC2's words for a rule: `peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW`. */
export function ruleText(rule: RuleRequest): string {
  const protocol = rule.ipProtocol === '-1' ? 'ALL' : rule.ipProtocol.toUpperCase()
  const ports = rule.ipProtocol === '-1' ? '' : `, from port: ${rule.fromPort}, to port: ${rule.toPort}`
  return `peer: ${peerText(rule.peer)}, ${protocol}${ports}, ALLOW`
}

/** Rules of one direction, those with equal ports together, as DescribeSecurityGroups shows them. */
export function ipPermissions(rules: readonly SecurityGroupRule[], state: RegionState): XmlElement[] {
  const byPorts = new Map<string, SecurityGroupRule[]>()
  for (const rule of rules) {
    const key = `${rule.ipProtocol} ${rule.fromPort} ${rule.toPort}`
    byPorts.set(key, [...(byPorts.get(key) ?? []), rule])
  }
  return [...byPorts.values()].map(same => ({
    ...shownPorts(same[0]),
    groups: same.flatMap(({peer, description}) =>
      peer.kind === 'group' ? {userId: state.accountId, groupId: peer.groupId, description} : [],
    ),
    ipRanges: same.flatMap(({peer, description}) => (peer.kind === 'cidr' ? {cidrIp: peer.cidrIpv4, description} : [])),
    ipv6Ranges: same.flatMap(({peer, description}) =>
      peer.kind === 'cidrIpv6' ? {cidrIpv6: peer.cidrIpv6, description} : [],
    ),
    prefixListIds: [],
  }))
}

function shownPorts(rule: SecurityGroupRule | undefined): XmlElement {
  if (rule === undefined) return {}
  const {ipProtocol, fromPort, toPort} = rule
  return ipProtocol === '-1' ? {ipProtocol} : {ipProtocol, fromPort, toPort}
}

/** Reads IpProtocol, FromPort and ToPort. Throws InvalidParameterValue and MissingParameter. */
export function portsOf(parameters: Parameters): {ipProtocol: string; fromPort: number; toPort: number} {
  const text = parameters.required('IpProtocol').toLowerCase()
  const from = parameters.integer('FromPort')
  const to = parameters.integer('ToPort')
  const ipProtocol = Object.hasOwn(PROTOCOL_NAMES, text) ? (PROTOCOL_NAMES[text] ?? text) : text
  if (ipProtocol === 'tcp' || ipProtocol === 'udp') return {ipProtocol, ...portRange(from, to)}
  if (ipProtocol === 'icmp') return {ipProtocol, fromPort: icmpCode(from), toPort: icmpCode(to)}
  // EC2 ignores ports with any other protocol.
  if (ipProtocol === '-1' || (/^\d{1,3}$/.test(ipProtocol) && Number(ipProtocol) <= 255))
    return {ipProtocol, fromPort: -1, toPort: -1}
  throw new ApiError('InvalidParameterValue', `Invalid value '${text}' for IP protocol. Unknown protocol.`)
}

function portRange(from: number | undefined, to: number | undefined): {fromPort: number; toPort: number} {
  if (from === undefined || to === undefined)
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    )
  for (const port of [from, to])
    if (port < 0 || port > 65535)
      throw new ApiError(
        'InvalidParameterValue',
        `Invalid value '${port}' for port. Ports must be in the range 0 to 65535.`,
      )
  if (from > to)
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${from}-${to}' for portRange. The from port must not be greater than the to port.`,
    )
  return {fromPort: from, toPort: to}
}

function icmpCode(value: number | undefined): number {
  if (value === undefined) return -1
  if (value < -1 || value > 255)
    throw new ApiError('InvalidParameterValue', `Invalid value '${value}' for ICMP type or code.`)
  return value
}

/** Reads Description. Throws InvalidParameterValue. */
export function descriptionOf(parameters: Parameters): {description?: string} {
  const description = parameters.optional('Description')
  if (description === undefined) return {}
  if (description.length > 255)
    throw new ApiError('InvalidParameterValue', 'Invalid rule description. It must have at most 255 characters.')
  return {description}
}
