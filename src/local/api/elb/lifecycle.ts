import type {Clock} from '../../../clock.js'
import type {RegionStore} from '../../store.js'
import type {Latency} from '../latency.js'
import type {VpcSync} from '../vpc-sync.js'

export interface LoadBalancerLifecycleOptions {
  readonly store: Pick<RegionStore, 'state' | 'change'>
  readonly network: VpcSync
  readonly clock: Clock
  readonly latency: () => Latency
  /** Told what went wrong in the background; the state says the rest. */
  readonly onError: (error: unknown) => void
  /** Ends the waiting; what is left is carried on by the next that is made on the same store. */
  readonly signal: AbortSignal
}

/** Between two attempts to bring the host in line. */
const RETRY_MS = 5000

/** Carries out what the state of load balancers announces: `provisioning` becomes active, what is over goes. */
export class LoadBalancerLifecycle {
  /** Ids of what something waits for already. */
  readonly #waiting = new Set<string>()

  constructor(private readonly options: LoadBalancerLifecycleOptions) {}

  /** Goes on with everything that was under way. */
  resume(): void {
    const {loadBalancers} = this.options.store.state
    for (const {loadBalancerArn, state} of Object.values(loadBalancers))
      if (state === 'provisioning') void this.provision(loadBalancerArn)
    this.release()
    this.drain()
  }

  /** Makes a load balancer active, once it is on the host. */
  provision(arn: string): Promise<void> {
    const {store, clock, latency, signal} = this.options
    return this.background(async () => {
      const loadBalancer = store.state.loadBalancers[arn]
      if (loadBalancer === undefined) return
      const ready = Date.parse(loadBalancer.createdTime) + latency().loadBalancerProvisioning
      await Promise.all([this.settle(arn), waitUntil(ready, clock, signal)])
      await store.change(state => {
        const made = state.loadBalancers[arn]
        if (made !== undefined) made.state = 'active'
      })
      // Only now it listens.
      await this.settle(arn)
    })
  }

  /** Brings the host in line with a load balancer, however often that has to be tried, as long as there is one. */
  private async settle(arn: string): Promise<void> {
    const {store, network, clock, signal, onError} = this.options
    for (;;) {
      const loadBalancer = store.state.loadBalancers[arn]
      if (loadBalancer === undefined) return
      try {
        await network.sync(loadBalancer.vpcId)
        return
      } catch (error) {
        if (signal.aborted) throw error
        onError(error)
      }
      await clock.sleep(RETRY_MS, signal)
    }
  }

  /** Removes interfaces that are released, each at its time. */
  release(): void {
    const {store, network, clock, signal} = this.options
    for (const {networkInterfaceId, vpcId, managed} of Object.values(store.state.networkInterfaces)) {
      const {releasedAt} = managed ?? {}
      if (releasedAt === undefined) continue
      void this.once(networkInterfaceId, async () => {
        await waitUntil(Date.parse(releasedAt), clock, signal)
        await store.change(state => {
          for (const address of Object.values(state.addresses))
            if (address.association?.networkInterfaceId === networkInterfaceId) delete address.association
          Reflect.deleteProperty(state.networkInterfaces, networkInterfaceId)
        })
        await network.sync(vpcId)
      })
    }
  }

  /** Forgets targets that are deregistered, each at its time. */
  drain(): void {
    const {store, network, clock, signal} = this.options
    for (const {targetGroupArn, vpcId, targets} of Object.values(store.state.targetGroups))
      for (const {drainedAt} of targets) {
        if (drainedAt === undefined) continue
        void this.once(`${targetGroupArn} ${drainedAt}`, async () => {
          await waitUntil(Date.parse(drainedAt), clock, signal)
          await store.change(state => {
            const group = state.targetGroups[targetGroupArn]
            if (group !== undefined) group.targets = group.targets.filter(target => target.drainedAt !== drainedAt)
          })
          await network.sync(vpcId)
        })
      }
  }

  private async once(id: string, work: () => Promise<void>): Promise<void> {
    if (this.#waiting.has(id)) return
    this.#waiting.add(id)
    await this.background(work)
    this.#waiting.delete(id)
  }

  private async background(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!this.options.signal.aborted) this.options.onError(error)
    }
  }
}

/** Without a turn of the clock if the time has come. */
async function waitUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const left = time - clock.now()
  if (left > 0) await clock.sleep(left, signal)
}
