import {isIPv6} from 'node:net'
import type {SecurityGroupRule} from '../../model.js'
import {ApiError} from '../api-error.js'
import {canonicalCidrText} from '../cidr-parameter.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'

/** Where packets come from or go to, as a rule of a security group says it. */
export type RulePeer = SecurityGroupRule['peer']

/** Throws InvalidParameterValue. */
export function cidrPeer(text: string): RulePeer {
  const cidrIpv4 = canonicalCidrText(text)
  if (cidrIpv4 === undefined) throw malformed(text)
  return {kind: 'cidr', cidrIpv4}
}

/** A range of IPv6, in its shortest form. No address of this region is in it, so it admits nobody. Throws InvalidParameterValue. */
export function cidrIpv6Peer(text: string): RulePeer {
  const [address = '', length = '', ...rest] = text.split('/')
  if (!isIPv6(address) || address.includes('%') || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > 128)
    throw malformed(text)
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1)
  return {kind: 'cidrIpv6', cidrIpv6: `${shortest}/${Number(length)}`}
}

/** Reads the one peer of a rule that stands by itself (CidrIpv4, CidrIpv6 or ReferencedGroupId). */
export function peerOf(rule: Parameters): RulePeer {
  const cidrIpv4 = rule.optional('CidrIpv4')
  const cidrIpv6 = rule.optional('CidrIpv6')
  const groupId = rule.optional('ReferencedGroupId')
  const peers = [
    ...(cidrIpv4 === undefined ? [] : [cidrPeer(cidrIpv4)]),
    ...(cidrIpv6 === undefined ? [] : [cidrIpv6Peer(cidrIpv6)]),
    ...(groupId === undefined ? [] : [{kind: 'group', groupId} satisfies RulePeer]),
  ]
  const [peer, ...more] = peers
  if (peer === undefined)
    throw new ApiError('MissingParameter', 'The request must contain a source or destination for each rule')
  if (more.length > 0)
    throw new ApiError('InvalidParameterCombination', 'A security group rule has one source or destination')
  return peer
}

export function peerText(peer: RulePeer): string {
  switch (peer.kind) {
    case 'cidr':
      return peer.cidrIpv4
    case 'cidrIpv6':
      return peer.cidrIpv6
    case 'group':
      return peer.groupId
  }
}

/** The members of a described rule that name its peer. */
export function describePeer(peer: RulePeer, accountId: string): XmlElement {
  switch (peer.kind) {
    case 'cidr':
      return {cidrIpv4: peer.cidrIpv4}
    case 'cidrIpv6':
      return {cidrIpv6: peer.cidrIpv6}
    case 'group':
      return {referencedGroupInfo: {groupId: peer.groupId, userId: accountId}}
  }
}

function malformed(text: string): ApiError {
  return new ApiError('InvalidParameterValue', `CIDR block ${text} is malformed`)
}
