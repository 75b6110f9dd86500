import type {EC2} from '@aws-sdk/client-ec2'
import {isBlocked, isNotFound} from '../../aws/errors.js'
import type {Inventory} from '../../aws/inventory.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'

export interface RemovalContext {
  readonly ec2: EC2
  readonly inventory: Inventory
  readonly signal: AbortSignal
}

/** Takes down all resources of one kind that carry the cluster's id. What is gone already counts as removed. */
export interface Removal {
  readonly id: string
  readonly title: string
  /** EC2's name of the resource type. */
  readonly type: string
  ids(inventory: Inventory): readonly string[]
  remove(context: RemovalContext): Promise<void>
}

/** Deletes something that others may still hold on to: EC2 lets go of interfaces some time after their instances end. */
export async function deleteUnblocked(
  what: string,
  signal: AbortSignal,
  attempt: () => Promise<unknown>,
): Promise<void> {
  await waitUntil(
    async () => {
      try {
        await attempt()
        return true
      } catch (error) {
        if (isNotFound(error)) return true
        if (isBlocked(error) || !(error instanceof Error)) throw error
        throw new Fatal(error)
      }
    },
    {
      what: `${what} to be let go of`,
      budget: 600_000,
      every: 1_000,
      signal,
      suggestions: ['See what is still in the VPC in the EC2 console, then run khw destroy again.'],
    },
  )
}

/** The ids that are there, of a describe call's answer. */
export function idsOf<T>(resources: readonly T[], id: (resource: T) => string | undefined): readonly string[] {
  return resources.flatMap(resource => id(resource) ?? [])
}
