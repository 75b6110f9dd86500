import {isNotFound} from '../../aws/errors.js'
import {inChunks} from '../../aws/in-chunks.js'
import type {ResourceClients} from '../../aws/clients.js'
import {resourcesOf, takeInventory} from '../../aws/inventory.js'
import {EXPIRES_TAG, NEVER} from '../../aws/tags.js'
import type {RunContext} from '../engine/context.js'

/** How often it is looked anew at what there is, if something has gone in the middle. */
const TRIES = 3

type TaggingContext = ResourceClients & Pick<RunContext, 'clusterId' | 'signal'>

/** Puts the expiry on everything of the cluster that is not terminated; returns how many things that are. */
export async function tagExpiry(context: TaggingContext, expiresAt: string | null): Promise<number> {
  const {ec2, elb, clusterId, signal} = context
  const Tags = [{Key: EXPIRES_TAG, Value: expiresAt ?? NEVER}]
  for (let left = TRIES; ; left -= 1) {
    const inventory = await takeInventory(context, clusterId, signal)
    const all = resourcesOf(inventory).map(({id}) => id)
    const arns = all.filter(id => id.startsWith('arn:'))
    const ids = all.filter(id => !id.startsWith('arn:'))
    try {
      await inChunks(ids, async Resources => {
        await ec2.createTags({Resources, Tags}, {abortSignal: signal})
        return []
      })
      // ELB's have their own call.
      if (arns.length > 0) await elb.addTags({ResourceArns: arns, Tags}, {abortSignal: signal})
      return all.length
    } catch (error) {
      if (!isNotFound(error) || left === 1) throw error
    }
  }
}
