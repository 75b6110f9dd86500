import {hasLoadBalancer, type ClusterSpec} from '../cluster/spec.js'

/** How a load balancer asks for a controller's health (readyz.ts): seconds, and how many answers in a row change its mind. */
export const HEALTH_CHECK = {interval: 5, timeout: 3, threshold: 2} as const

/**
 * Seconds for which a Network Load Balancer has been seen to hand new connections to a target that it calls unhealthy
 * already: 30 to 40 (aws/containers-roadmap#470).
 */
const TARGET_LAG = 40
/** Seconds after which every worker's haproxy has turned away: 1 until it asks, 1.5 until it gives up; and as long again. */
const HAPROXY = 5
/** Seconds that requests get which are being answered when the listener closes; watches are cut then. */
const DRAINING = 10

export interface GracefulStop {
  /** Seconds for which an API server that is told to end goes on as before, while it says at /readyz that it is going. */
  readonly delay: number
  /** Seconds after which it is ended whatever it does. */
  readonly atMost: number
}

/**
 * How an API server ends so that no request is lost: nobody is sent to it any more before it stops listening. That takes
 * as long as whoever sends requests to it needs to notice. One that is alone has nobody to leave them to.
 *
 * `targetLag`: as the provider has it (RegionAccess).
 */
export function gracefulStop(
  spec: Pick<ClusterSpec, 'controllers' | 'loadBalancer'>,
  targetLag = TARGET_LAG,
): GracefulStop {
  const delay = spec.controllers === 1 ? 0 : hasLoadBalancer(spec) ? noticedWithin() + targetLag : HAPROXY
  return {delay, atMost: delay + DRAINING}
}

/** Seconds: a whole interval until the first check that fails, each answered as late as can be, and 2 to act on it. */
function noticedWithin(): number {
  const {interval, timeout, threshold} = HEALTH_CHECK
  return interval * threshold + timeout + 2
}
