import {awsErrorCode} from '../../aws/errors.js'
import {addressAway, plannedIp, subnetsOf, type ClusterNode} from '../../cluster/addressing.js'
import {typesOf} from '../../cluster/machines.js'
import type {ClusterSpec} from '../../cluster/spec.js'

/** Where, and as what, a node's machine may be launched. */
export interface Place {
  readonly instanceType: string
  /** From 1. */
  readonly subnet: number
  /** Undefined: EC2 chooses. */
  readonly privateIp?: string
}

/** A place that had no room, with EC2's code for it. */
export interface Refusal {
  readonly place: Place
  readonly code: string
}

/**
 * All places of a node in the order in which they are tried: the preferred type in its own subnet, then in the others, then
 * the next type. Where one zone has no room its nodes go to different ones, so that they stay as far apart as they can.
 */
export function placesOf(spec: ClusterSpec, node: ClusterNode): readonly [Place, ...Place[]] {
  const planned = plannedIp(spec, node)
  const placeIn = (instanceType: string, subnet: number): Place | undefined => {
    if (planned === undefined) return {instanceType, subnet}
    const privateIp = subnet === node.subnet ? planned : addressAway(spec, node, subnet)
    return privateIp === undefined ? undefined : {instanceType, subnet, privateIp}
  }
  const types = typesOf(spec, node.role)
  const own: Place = {instanceType: types[0], subnet: node.subnet, ...(planned && {privateIp: planned})}
  const all = types.flatMap(type => subnetsFrom(spec, node).flatMap(subnet => placeIn(type, subnet) ?? []))
  return [own, ...all.filter(place => !samePlace(place, own))]
}

/** Whether a launch that was refused for this is worth trying elsewhere. */
export function isNoRoom(error: unknown): boolean {
  return NO_ROOM.includes(awsErrorCode(error) ?? '')
}

/** The first place that none of the refusals speaks against; undefined if there is none left. */
export function nextPlace(places: readonly Place[], refusals: readonly Refusal[]): Place | undefined {
  return places.find(place => !refusals.some(refusal => rulesOut(refusal, place)))
}

/** The type or the addresses are not to be had there, for now or ever. */
const NO_ROOM: readonly string[] = [
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'Unsupported',
  'InsufficientFreeAddressesInSubnet',
]

function rulesOut({place: refused, code}: Refusal, place: Place): boolean {
  if (code === 'InsufficientFreeAddressesInSubnet') return place.subnet === refused.subnet
  return samePlace(place, refused)
}

function samePlace(a: Place, b: Place): boolean {
  return a.subnet === b.subnet && a.instanceType === b.instanceType
}

/** Its own first. The nodes of one subnet begin at different ones after that. */
function subnetsFrom(spec: ClusterSpec, {role, subnet, number}: ClusterNode): number[] {
  const mine = subnetsOf(spec, role)
  const own = mine.indexOf(subnet)
  const others = [...mine.slice(own + 1), ...mine.slice(0, own)]
  const first = others.length === 0 ? 0 : Math.floor((number - 1) / mine.length) % others.length
  return [subnet, ...others.slice(first), ...others.slice(0, first)]
}
