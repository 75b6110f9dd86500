import type {Instance} from '@aws-sdk/client-ec2'
import type {Inventory} from '../../aws/inventory.js'
import {nodesOf, type ClusterNode} from '../../cluster/addressing.js'
import {clusterCost, costFor, machineCost, sharedCost, sum} from '../../cluster/cost.js'
import type {ClusterReport} from '../../cluster/report.js'
import {instanceStepId} from '../compute/node-instance.js'
import type {Journal} from '../engine/journal.js'
import {STEP_TAG, tagValue} from '../../aws/tags.js'

/**
 * What the cluster costs an hour as it is, and has cost so far: by the list prices of its machines and its load balancer,
 * each from its beginning to its end. Machines that EC2 has forgotten are known from the journal. Null on this machine, where nothing costs anything.
 */
export function costSoFar(journal: Journal, inventory: Inventory, now: number): ClusterReport['cost'] {
  const {spec} = journal.header
  if (clusterCost(spec) === null) return null
  const lives = [
    ...nodesOf(spec).flatMap(node => livesOf(node, journal, inventory, now)),
    ...inventory.loadBalancers.map(balancer => ({
      cost: sharedCost(spec),
      milliseconds: now - (balancer.CreatedTime?.getTime() ?? now),
      ended: false,
    })),
  ]
  const perHour = sum(lives.filter(({ended}) => !ended).map(({cost}) => cost))
  const all = sum(lives.map(({cost}) => cost))
  const spent = lives.reduce((total, {cost, milliseconds}) => total + (costFor(cost, milliseconds) ?? 0), 0)
  return {
    perHour: perHour.perHour,
    spent: all.perHour === null ? null : spent,
    currency: 'USD',
    unknown: all.unknown,
  }
}

interface Life {
  readonly cost: ReturnType<typeof machineCost>
  readonly milliseconds: number
  readonly ended: boolean
}

/** Of all machines that a node has had, as far as anybody remembers them. */
function livesOf(node: ClusterNode, journal: Journal, {instances, ended}: Inventory, now: number): Life[] {
  const {spec, expiresAt = null} = journal.header
  const own = [...instances, ...ended].filter(({Tags}) => tagValue(Tags, STEP_TAG) === instanceStepId(node.name))
  if (own.length > 0) {
    return own.map(instance => {
      const end = endOf(instance)
      const start = instance.LaunchTime?.getTime() ?? now
      const milliseconds = Math.max(0, Math.min(end ?? now, now) - start)
      return {cost: machineCost(spec, node.role, instance.InstanceType), milliseconds, ended: end !== undefined}
    })
  }
  const record = journal.steps[instanceStepId(node.name)]
  if (record?.status !== 'done') return []
  const end = expiresAt === null ? now : Math.min(now, Date.parse(expiresAt))
  const milliseconds = Math.max(0, end - Date.parse(record.generation))
  return [{cost: machineCost(spec, node.role), milliseconds, ended: true}]
}

/** When it stopped costing what a machine costs: EC2 says so in its reason, `User initiated (2026-11-26 03:04:05 GMT)`. */
function endOf({State, StateTransitionReason}: Instance): number | undefined {
  if (State?.Name === 'pending' || State?.Name === 'running') return undefined
  const said = /\((.* GMT)\)/.exec(StateTransitionReason ?? '')?.[1]
  const time = said === undefined ? Number.NaN : Date.parse(said)
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time
}
