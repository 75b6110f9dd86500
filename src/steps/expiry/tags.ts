import {isNotFound} from '../../aws/errors.js'
import {inChunks} from '../../aws/in-chunks.js'
import {resourcesOf, takeInventory, type InventorySource} from '../../aws/inventory.js'
import type {KindName} from '../../aws/kinds.js'
import {EXPIRES_TAG, NEVER} from '../../aws/tags.js'
import type {RunContext} from '../engine/context.js'

const ELB_KINDS: readonly KindName[] = ['loadBalancers', 'targetGroups']
const IAM_KINDS: readonly KindName[] = ['roles', 'instanceProfiles']

/** How often it is looked anew at what there is, if something has gone in the middle. */
const TRIES = 3

type TaggingContext = InventorySource & Pick<RunContext, 'clusterId' | 'signal'>

/** Puts the expiry on everything of the cluster that is not terminated; returns how many things that are. */
export async function tagExpiry(context: TaggingContext, expiresAt: string | null): Promise<number> {
  const {ec2, elb, iam, clusterId, signal} = context
  const Tags = [{Key: EXPIRES_TAG, Value: expiresAt ?? NEVER}]
  for (let left = TRIES; ; left -= 1) {
    const inventory = await takeInventory(context, clusterId, signal)
    const all = resourcesOf(inventory)
    const idsOf = (isMeant: (kind: KindName) => boolean): string[] =>
      all.filter(({kind}) => isMeant(kind)).map(({id}) => id)
    const arns = idsOf(kind => ELB_KINDS.includes(kind))
    const ids = idsOf(kind => ![...ELB_KINDS, ...IAM_KINDS].includes(kind))
    try {
      await inChunks(ids, async Resources => {
        await ec2.createTags({Resources, Tags}, {abortSignal: signal})
        return []
      })
      // ELB's have their own call, and so has each kind of IAM's.
      if (arns.length > 0) await elb.addTags({ResourceArns: arns, Tags}, {abortSignal: signal})
      for (const {RoleName} of inventory.roles) await iam.tagRole({RoleName, Tags}, {abortSignal: signal})
      for (const {InstanceProfileName} of inventory.instanceProfiles)
        await iam.tagInstanceProfile({InstanceProfileName, Tags}, {abortSignal: signal})
      return all.length
    } catch (error) {
      if (!isNotFound(error) || left === 1) throw error
    }
  }
}
