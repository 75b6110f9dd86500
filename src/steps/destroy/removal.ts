import type {ResourceClients} from '../../aws/clients.js'
import type {Clock} from '../../clock.js'
import {isBlocked, isNotFound} from '../../aws/errors.js'
import {resourcesOfKind, type Inventory} from '../../aws/inventory.js'
import type {KindName} from '../../aws/kinds.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'

export interface RemovalContext extends ResourceClients {
  readonly clusterId: string
  /** What is to go. */
  readonly inventory: Inventory
  /** The cluster's own that must stay, because something that is not the cluster's needs it. */
  readonly kept: Inventory
  /** Names of load balancers that an earlier destroy may have deleted: ELB may not have removed their interfaces yet. */
  readonly goneBalancers: readonly string[]
  /** How long to wait for EC2 to let go of something. Milliseconds. */
  readonly letGoWithin: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Tells onlookers what takes so long. */
  readonly progress: (text: string) => void
  /** Who is still in the VPCs, as the end of a sentence; empty if nobody is. */
  readonly holders: () => Promise<string>
}

/** Takes down all resources of one kind that carry the cluster's id, or what carries none. What is gone already counts as removed. */
export interface Removal {
  readonly id: string
  readonly title: string
  /** Left out: what it removes is part of something that stays. */
  readonly kind?: KindName
  /** It costs money while it is there: it goes, too, when something before it that costs none could not be deleted. */
  readonly costs?: true
  remove(context: RemovalContext): Promise<void>
}

/** Longer than EC2 takes to let go of anything khw makes, load balancers included. Milliseconds. */
export const LET_GO_WITHIN = 900_000
/** How one waits for EC2 to let go. */
export const LET_GO = {
  every: 1_000,
  slowest: 10_000,
  suggestions: ['See what is still in the VPC in the EC2 console, then run khw destroy again.'],
} as const

/** From then on it is said what is in the way. Milliseconds. */
const TOLD_AFTER = 60_000

/** Deletes something that others may still hold on to: EC2 lets go of interfaces some time after their instances end. */
export async function deleteUnblocked(
  what: string,
  {clock, signal, progress, holders, letGoWithin}: RemovalContext,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const startedAt = clock.now()
  await waitUntil(
    async () => {
      try {
        await attempt()
        return true
      } catch (error) {
        if (isNotFound(error)) return true
        if (!isBlocked(error) || !(error instanceof Error))
          throw new Fatal(error instanceof Error ? error : new Error(String(error)))
        if (clock.now() >= startedAt + TOLD_AFTER) progress(`${what} is still held${await holders()}`)
        throw error
      }
    },
    {
      what: `${what} to be let go of`,
      budget: letGoWithin,
      ...LET_GO,
      clock,
      signal,
    },
  )
}

export function idsOfKind(inventory: Inventory, kind: KindName): readonly string[] {
  return resourcesOfKind(inventory, kind).map(resource => resource.id)
}

/** The ids that are there, of a describe call's answer. */
export function idsOf<T>(resources: readonly T[], id: (resource: T) => string | undefined): readonly string[] {
  return resources.flatMap(resource => id(resource) ?? [])
}
