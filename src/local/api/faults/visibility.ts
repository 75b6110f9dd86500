import type {RegionState} from '../../model.js'
import type {Parameters} from '../parameters.js'
import {elbResources, type ElbKind} from '../elb/names.js'
import {taggedResources, type KindName} from '../resource-kinds.js'
import type {VisibilityFault} from './settings.js'
import {stateWithout} from './state-without.js'

/** Parameters that are no references to resources, whatever they say. */
const NOT_A_REFERENCE = /^(Filter|Tag|Tags|TagSpecification|ClientToken|UserData|Description|GroupDescription)(\.|$)/
const ID = /^[a-z]+-([0-9a-f]{8}|[0-9a-f]{17})$|^arn:aws:elasticloadbalancing:/
/** Load balancers and target groups are looked for by their names as well. */
const ELB_NAMES = /^Names(\.|$)/
const KEY_NAME = /^KeyName(\.|$)/
/** Calls that succeed whether there is a key of that name or not, or fail because there is. */
const KEY_NAME_IS_NO_REFERENCE = ['ImportKeyPair', 'DeleteKeyPair']

export type SeenKind = KindName | ElbKind

interface Sighting {
  readonly kind: SeenKind
  readonly since: number
}

/** Remembers since when each resource exists, and hides those that are too young to be seen. */
export class Visibility {
  #seen: ReadonlyMap<string, Sighting> | undefined
  #last: RegionState | undefined

  /** To be called before and after each action. What it sees at first has always been there. */
  observe(state: RegionState, now: number): void {
    if (state === this.#last) return
    const before = this.#seen
    const since = before === undefined ? -Infinity : now
    this.#seen = new Map(
      [...taggedResources(state), ...elbResources(state)].map(([kind, id]) => [id, before?.get(id) ?? {kind, since}]),
    )
    this.#last = state
  }

  /** A resource that the call names and cannot see yet. */
  unseen(
    action: string,
    parameters: Parameters,
    state: RegionState,
    {byId = 0}: VisibilityFault,
    now: number,
  ): {readonly kind: SeenKind; readonly id: string} | undefined {
    for (const id of referencesOf(action, parameters, state)) {
      const sighting = this.#seen?.get(id)
      if (sighting !== undefined && now - sighting.since < byId) return {kind: sighting.kind, id}
    }
    return undefined
  }

  /** The state as the call sees it: whole, unless it is one that looks for resources without naming any. */
  view(action: string, parameters: Parameters, state: RegionState, fault: VisibilityFault, now: number): RegionState {
    const {byTag = 0} = fault
    if (!action.startsWith('Describe') || namesSomething(parameters)) return state
    const young = [...(this.#seen ?? [])].filter(([, {since}]) => now - since < byTag).map(([id]) => id)
    return young.length === 0 ? state : stateWithout(state, new Set(young))
  }
}

function references(parameters: Parameters): readonly (readonly [string, string])[] {
  return parameters.sent().filter(([name, value]) => !NOT_A_REFERENCE.test(name) && isReference(name, value))
}

function isReference(name: string, value: string): boolean {
  return ID.test(value) || KEY_NAME.test(name) || ELB_NAMES.test(name)
}

function namesSomething(parameters: Parameters): boolean {
  return references(parameters).length > 0
}

function referencesOf(action: string, parameters: Parameters, state: RegionState): string[] {
  return references(parameters).flatMap(([name, value]) => {
    if (ELB_NAMES.test(name)) return arnsOfName(action, state, value)
    if (!KEY_NAME.test(name)) return [value]
    if (KEY_NAME_IS_NO_REFERENCE.includes(action)) return []
    return Object.values(state.keyPairs).flatMap(pair => (pair.keyName === value ? pair.keyPairId : []))
  })
}

function arnsOfName(action: string, state: RegionState, name: string): string[] {
  return action === 'DescribeLoadBalancers'
    ? Object.values(state.loadBalancers).flatMap(item => (item.loadBalancerName === name ? item.loadBalancerArn : []))
    : Object.values(state.targetGroups).flatMap(item => (item.targetGroupName === name ? item.targetGroupArn : []))
}
