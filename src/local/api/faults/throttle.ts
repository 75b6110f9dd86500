import {textPattern} from '../filters.js'
import type {Parameters} from '../parameters.js'
import type {ThrottleFault} from './settings.js'

interface BucketSize {
  readonly capacity: number
  readonly refillPerSecond: number
}

/** EC2 Developer Guide, "Request throttling for the Amazon EC2 API", request token bucket sizes and refill rates. */
const DESCRIBE = {capacity: 100, refillPerSecond: 20}
const DESCRIBE_EVERYTHING = {capacity: 50, refillPerSecond: 10}
const CHANGE = {capacity: 50, refillPerSecond: 5}

/** Actions that draw on a smaller bucket when they are called without filter and without pagination. */
const COSTLY_WITHOUT_FILTER = [
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DescribeVolumes',
]

/** "Uncategorized actions" of the same page. */
const OF_THEIR_OWN: Readonly<Record<string, BucketSize>> = {
  RunInstances: {capacity: 5, refillPerSecond: 2},
  StartInstances: {capacity: 5, refillPerSecond: 2},
  TerminateInstances: {capacity: 100, refillPerSecond: 5},
  CreateTags: {capacity: 100, refillPerSecond: 10},
  DeleteTags: {capacity: 100, refillPerSecond: 10},
  DeleteNetworkInterface: {capacity: 100, refillPerSecond: 5},
  ModifyNetworkInterfaceAttribute: {capacity: 100, refillPerSecond: 5},
  DeleteVolume: {capacity: 100, refillPerSecond: 5},
}

/** Refuses calls that come too fast. A call that is refused costs no token. */
export class Throttle {
  readonly #buckets = new Map<string, {tokens: number; at: number}>()
  readonly #overrides: readonly (BucketSize & {readonly pattern: RegExp})[]

  constructor(private readonly fault: ThrottleFault) {
    this.#overrides = (fault.buckets ?? []).map(({action, ...size}) => ({...size, pattern: textPattern(action)}))
  }

  /**
   * Whether a call comes slowly enough. `now` in milliseconds. Services do not share buckets, though names of actions. With
   * no parameters, what is asked makes no difference.
   */
  admits(service: string, action: string, parameters: Parameters | undefined, now: number): boolean {
    if (this.fault.always === true) return false
    const [name, size] = this.bucketOf(action, parameters)
    return this.take(`${service} ${name}`, size, now)
  }

  private bucketOf(action: string, parameters: Parameters | undefined): [string, BucketSize] {
    const override = this.#overrides.find(({pattern}) => pattern.test(action))
    if (override !== undefined) return [action, override]
    const own = Object.hasOwn(OF_THEIR_OWN, action) ? OF_THEIR_OWN[action] : undefined
    if (own !== undefined) return [action, own]
    if (!/^(Describe|Get)/.test(action)) return [action, CHANGE]
    const isNarrowed = parameters?.sent().some(([name]) => /^(Filter\.|MaxResults$|NextToken$)/.test(name))
    return COSTLY_WITHOUT_FILTER.includes(action) && isNarrowed === false
      ? [`${action} without filter`, DESCRIBE_EVERYTHING]
      : [action, DESCRIBE]
  }

  private take(name: string, {capacity, refillPerSecond}: BucketSize, now: number): boolean {
    const before = this.#buckets.get(name) ?? {tokens: capacity, at: now}
    const tokens = Math.min(capacity, before.tokens + (Math.max(0, now - before.at) * refillPerSecond) / 1000)
    const isEnough = tokens >= 1
    this.#buckets.set(name, {tokens: isEnough ? tokens - 1 : tokens, at: now})
    return isEnough
  }
}
