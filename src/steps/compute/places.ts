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
  /** Of the spot market; otherwise on demand. */
  readonly spot?: true
}

/** A place that had no room, or the address of which somebody has, with EC2's code for it. */
export interface Refusal {
  readonly place: Place
  readonly code: string
  /** EC2's words: one code may stand for several reasons. Absent in what an older khw wrote. */
  readonly message?: string
}

/**
 * All places of a node in the order in which they are tried: the preferred type in its own subnet, then in the others, then
 * the next type; first all of them on the spot market, if that is asked for. Where one zone has no room its nodes go to
 * different ones, so that they stay as far apart as they can.
 */
export function placesOf(spec: ClusterSpec, node: ClusterNode): readonly [Place, ...Place[]] {
  const planned = plannedIp(spec, node)
  const own: Place = {
    instanceType: typesOf(spec, node.role)[0],
    subnet: node.subnet,
    ...(planned && {privateIp: planned}),
  }
  const onDemand = typesOf(spec, node.role).flatMap(instanceType =>
    subnetsFrom(spec, node).flatMap((subnet): Place[] => {
      if (planned === undefined) return [{instanceType, subnet}]
      const privateIp = subnet === node.subnet ? planned : addressAway(spec, node, subnet)
      return privateIp === undefined ? [] : [{instanceType, subnet, privateIp}]
    }),
  )
  const others = onDemand.filter(place => !samePlace(place, own))
  if (spec.spot !== true || node.role !== 'worker') return [own, ...others]
  const asSpot = (place: Place): Place => ({...place, spot: true})
  return [asSpot(own), ...others.map(asSpot), own, ...others]
}

/** Whether a launch there that was refused for this is worth trying elsewhere. */
export function isNoRoom(error: unknown, {spot}: Place): boolean {
  const code = awsErrorCode(error) ?? ''
  return NO_ROOM.includes(code) || (spot === true && NO_SPOT.includes(code))
}

/** Whether the address that was asked for is in use. */
export function isAddressTaken(error: unknown, {privateIp}: Place): boolean {
  return privateIp !== undefined && awsErrorCode(error) === ADDRESS_TAKEN
}

/** Refusals of places, those of addresses aside. */
export function withoutRoom(refusals: readonly Refusal[]): readonly Refusal[] {
  return refusals.filter(({code}) => code !== ADDRESS_TAKEN)
}

/** For people: `t3.medium`, `t3.medium (spot)`. */
export function offerName({instanceType, spot}: Place): string {
  return spot === true ? `${instanceType} (spot)` : instanceType
}

/**
 * The first place that none of the refusals speaks against; undefined if there is none left. Where the address is taken it
 * is EC2 that chooses one: whatever it chooses is free.
 */
export function nextPlace(places: readonly Place[], refusals: readonly Refusal[]): Place | undefined {
  const next = places.find(place => !withoutRoom(refusals).some(refusal => rulesOut(refusal, place)))
  const isTaken = refusals.some(
    ({code, place}) => code === ADDRESS_TAKEN && place.subnet === next?.subnet && place.privateIp === next.privateIp,
  )
  if (next === undefined || !isTaken) return next
  const {instanceType, subnet, spot} = next
  return {instanceType, subnet, ...(spot && {spot})}
}

const ADDRESS_TAKEN = 'InvalidIPAddress.InUse'

/** The type or the addresses are not to be had there, for now or ever. */
const NO_ROOM: readonly string[] = [
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'Unsupported',
  'InsufficientFreeAddressesInSubnet',
]

/** The account may have no more spot instances, or they cost more than on demand: there is no use in another place. */
const NO_SPOT: readonly string[] = ['MaxSpotInstanceCountExceeded', 'SpotMaxPriceTooLow']

function rulesOut({place: refused, code}: Refusal, place: Place): boolean {
  if (NO_SPOT.includes(code)) return place.spot === true
  if (code === 'InsufficientFreeAddressesInSubnet') return place.subnet === refused.subnet
  return samePlace(place, refused)
}

function samePlace(a: Place, b: Place): boolean {
  return a.subnet === b.subnet && a.instanceType === b.instanceType && a.spot === b.spot
}

/** Its own first. The nodes of one subnet begin at different ones after that. */
function subnetsFrom(spec: ClusterSpec, {role, subnet, number}: ClusterNode): number[] {
  const mine = subnetsOf(spec, role)
  const own = mine.indexOf(subnet)
  const others = [...mine.slice(own + 1), ...mine.slice(0, own)]
  const first = others.length === 0 ? 0 : Math.floor((number - 1) / mine.length) % others.length
  return [subnet, ...others.slice(first), ...others.slice(0, first)]
}
