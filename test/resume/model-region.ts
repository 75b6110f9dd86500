import {CLUSTER_ID_TAG, STEP_TAG} from '../../src/aws/tags.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import type {RegionState, Tag} from '../../src/local/model.js'
import {testRegion, type TestRegion} from '../local/api/test-region.js'
import {signBy} from '../steps/region-run.js'
import {putForeignThings} from './crash/foreign.js'
import {logicalState} from './crash/logical-state.js'
import {SkippingClock} from './model-clock.js'

/** Enough for a cluster twice, and for what is not the cluster's: 198.18.0.4 to 198.18.0.63. */
const PUBLIC_RANGE = {first: 0xc6120004, last: 0xc612003f}
const CHANGING = ['pending', 'stopping', 'shutting-down']

/** The project's own region, with things of somebody else in it, seen as it is and not as it answers. */
export class ModelRegion {
  /** What was there before the cluster, by id. */
  private foreign: ReadonlyMap<string, string> = new Map()

  private constructor(
    readonly region: TestRegion,
    readonly faults: SettableFaults,
    readonly clock: SkippingClock,
  ) {}

  static async open(clusterName: string): Promise<ModelRegion> {
    const faults = new SettableFaults()
    const clock: SkippingClock = new SkippingClock(() => isChanging(region.store.state))
    const region = await testRegion({faults, clock, publicRange: PUBLIC_RANGE})
    signBy(region.ec2.config, clock)
    await putForeignThings(region.endpoint, clusterName)
    const opened = new ModelRegion(region, faults, clock)
    await opened.settled()
    opened.foreign = resourcesOf(region.store.state)
    return opened
  }

  get state(): RegionState {
    return this.region.store.state
  }

  /** Machines may still be on their way when the last answer was given. */
  async settled(): Promise<void> {
    while (isChanging(this.state)) await new Promise(resolve => setTimeout(resolve, 2))
  }

  /**
   * The region takes away only after a while what a load balancer that is gone has left, as EC2 does, and forgets targets
   * that are deregistered. An error of the region ends the waiting: what it has left is there to be seen.
   */
  async released(): Promise<void> {
    while (isLeaving(this.state) && this.region.errors.length === 0)
      await new Promise(resolve => setTimeout(resolve, 2))
  }

  /** The steps of whom there is a live resource; one that has made two is there twice. */
  liveSteps(): string[] {
    const {vpcs, subnets, internetGateways, routeTables, securityGroups, keyPairs, instances} = this.state
    const {loadBalancers, targetGroups, listeners} = this.state
    const alive = Object.values(instances).filter(({state}) => ['pending', 'running'].includes(state))
    const balancing = [loadBalancers, targetGroups, listeners]
    const kinds = [vpcs, subnets, internetGateways, routeTables, securityGroups, keyPairs, ...balancing].flatMap(
      records => Object.entries<{tags: Tag[]}>(records),
    )
    return [...kinds, ...alive.map(instance => [instance.instanceId, instance] as const)]
      .filter(([id]) => !this.foreign.has(id))
      .flatMap(([, {tags}]) => tags.find(({key}) => key === STEP_TAG)?.value ?? [])
      .sort()
  }

  /** All that the cluster is, as comparable lines. */
  lines(clusterId: string): string[] {
    return logicalState(this.state, clusterId)
  }

  /** Of whoever's cluster, without those of the foreign ones: also what no tag says. */
  ownIds(): string[] {
    return [...resourcesOf(this.state).keys()].filter(id => !this.foreign.has(id))
  }

  /** Ids of things of somebody else that are gone or have changed. */
  touched(): string[] {
    const now = resourcesOf(this.state)
    return [...this.foreign].filter(([id, text]) => now.get(id) !== text).map(([id]) => id)
  }

  /** A cluster's resources of one kind. */
  ownOf<T extends {tags: Tag[]}>(records: Record<string, T>, clusterId: string): T[] {
    return Object.values(records).filter(({tags}) =>
      tags.some(({key, value}) => key === CLUSTER_ID_TAG && value === clusterId),
    )
  }

  close(): Promise<void> {
    return this.region.close()
  }
}

function isChanging(state: RegionState): boolean {
  return (
    Object.values(state.instances).some(instance => CHANGING.includes(instance.state)) ||
    Object.values(state.loadBalancers).some(balancer => balancer.state === 'provisioning')
  )
}

function isLeaving({networkInterfaces, targetGroups}: RegionState): boolean {
  return (
    Object.values(networkInterfaces).some(({managed}) => managed?.releasedAt !== undefined) ||
    Object.values(targetGroups).some(({targets}) => targets.some(({drainedAt}) => drainedAt !== undefined))
  )
}

/** Terminated instances apart, which EC2 goes on describing. */
function resourcesOf({
  vpcs,
  subnets,
  internetGateways,
  routeTables,
  securityGroups,
  keyPairs,
  networkInterfaces,
  volumes,
  instances,
  loadBalancers,
  targetGroups,
  listeners,
}: RegionState): ReadonlyMap<string, string> {
  const alive = Object.entries(instances).filter(([, {state}]) => state !== 'terminated')
  const balancing = [loadBalancers, targetGroups, listeners]
  const network = [vpcs, subnets, internetGateways, routeTables, securityGroups, keyPairs, networkInterfaces, volumes]
  const kinds = [...network, ...balancing]
  const all = [...kinds.flatMap(records => Object.entries<unknown>(records)), ...alive]
  return new Map(all.map(([id, resource]) => [id, JSON.stringify(resource)]))
}
