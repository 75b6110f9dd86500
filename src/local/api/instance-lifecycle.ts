import type {Clock} from '../../clock.js'
import {messageOf} from '../../errors.js'
import type {Fabric} from '../fabric.js'
import type {Instance} from '../model.js'
import type {RegionStore} from '../store.js'
import type {Latency} from './latency.js'
import type {VpcSync} from './vpc-sync.js'
import {LaunchFailure} from './launch-failure.js'
import {becomeStopped, becomeTerminated, releaseResources} from './instance-transitions.js'

export interface LifecycleOptions {
  readonly store: RegionStore
  readonly fabric: Fabric
  readonly network: VpcSync
  readonly clock: Clock
  readonly latency: () => Pick<Latency, 'launch' | 'boot'>
  /** Told what went wrong in the background; the state says the rest. */
  readonly onError: (error: unknown) => void
  /** Awaited before a machine is started; may take its time, until the signal says that the instance is to end. Throws LaunchFailure. */
  readonly beforeBoot?: (instance: Instance, signal: AbortSignal) => Promise<void>
}

/**
 * Carries out what an instance's state announces: `pending` is booted, `stopping` is stopped, `shutting-down` is removed.
 * Whoever sets one of these states stores it first and then calls the method of that name. Work on one instance is done
 * in the order it was asked for; different instances do not wait for each other.
 */
export class InstanceLifecycle {
  /** The last thing to do for each instance that has something to do. */
  private readonly tails = new Map<string, Promise<void>>()
  private readonly stopping = new Set<string>()
  private readonly rebooting = new Set<string>()
  /** Ends what is awaited before a machine is started. */
  private readonly waiting = new Map<string, AbortController>()

  constructor(private readonly options: LifecycleOptions) {}

  /** Boots a `pending` instance; when that fails it ends as `terminated` (a launch) or `stopped` (a start). */
  boot(instanceId: string, onFailure: 'terminate' | 'stop'): Promise<void> {
    return this.enqueue(instanceId, () => this.doBoot(instanceId, onFailure))
  }

  /** Stops a `stopping` instance; with `force` also one that is being stopped politely. */
  stop(instanceId: string, options: {force: boolean}): Promise<void> {
    this.waiting.get(instanceId)?.abort()
    if (options.force) this.hurry(instanceId)
    return this.enqueue(instanceId, () => this.doStop(instanceId, options.force))
  }

  /** Removes a `shutting-down` instance; may be called again if it failed before. */
  terminate(instanceId: string): Promise<void> {
    this.hurry(instanceId)
    this.waiting.get(instanceId)?.abort()
    return this.enqueue(instanceId, () => this.doTerminate(instanceId))
  }

  reboot(instanceId: string): Promise<void> {
    return this.enqueue(instanceId, async () => {
      if (this.instance(instanceId)?.state !== 'running') return
      this.rebooting.add(instanceId)
      try {
        await this.options.fabric.rebootMachine(instanceId)
      } finally {
        this.rebooting.delete(instanceId)
      }
    })
  }

  /** The machine ended by itself: its shutdown behaviour says what becomes of it. */
  exited(instanceId: string): void {
    const state = this.instance(instanceId)?.state
    if ((state !== 'running' && state !== 'pending') || this.rebooting.has(instanceId)) return
    void this.enqueue(instanceId, async () => {
      const behaviour = await this.options.store.change(region => {
        const instance = region.instances[instanceId]
        if (instance?.state !== 'running') return undefined
        const code = 'Client.InstanceInitiatedShutdown'
        instance.stateReason = {code, message: `${code}: Instance initiated shutdown`}
        instance.state = instance.instanceInitiatedShutdownBehavior === 'stop' ? 'stopping' : 'shutting-down'
        return instance.instanceInitiatedShutdownBehavior
      })
      if (behaviour === 'stop') await this.doStop(instanceId, true)
      if (behaviour === 'terminate') await this.doTerminate(instanceId)
    })
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values())
  }

  private async doBoot(instanceId: string, onFailure: 'terminate' | 'stop'): Promise<void> {
    const {store, fabric, network, clock, latency, beforeBoot, onError} = this.options
    const {launch, boot} = latency()
    try {
      const vpcId = this.instance(instanceId)?.vpcId
      if (vpcId !== undefined) await network.sync(vpcId)
      await this.wait(instanceId, 'pending', async (instance, signal) => {
        await beforeBoot?.(instance, signal)
        await pause(clock, launch, signal)
      })
      if (this.instance(instanceId)?.state !== 'pending') return
      // Whoever waits for the machine itself waits on, as on EC2.
      if (boot > 0) await this.becomeRunning(instanceId)
      await this.wait(instanceId, 'running', (_, signal) => pause(clock, boot, signal))
      const instance = this.instance(instanceId)
      if (instance?.state !== (boot > 0 ? 'running' : 'pending')) return
      await fabric.startMachine(store.state, instance)
      await this.becomeRunning(instanceId)
    } catch (error) {
      if (!(error instanceof LaunchFailure)) onError(error)
      const failed = await store.change(region => {
        const instance = region.instances[instanceId]
        if (instance?.state !== 'pending' && instance?.state !== 'running') return false
        instance.state = onFailure === 'stop' ? 'stopping' : 'shutting-down'
        instance.stateReason = stateReasonOf(error)
        return true
      })
      if (!failed) return
      if (onFailure === 'stop') await this.doStop(instanceId, true)
      else await this.doTerminate(instanceId)
    }
  }

  private async becomeRunning(instanceId: string): Promise<void> {
    await this.options.store.change(region => {
      const started = region.instances[instanceId]
      if (started?.state !== 'pending') return
      started.state = 'running'
      delete started.stateReason
    })
  }

  private async doStop(instanceId: string, force: boolean): Promise<void> {
    const {store, fabric, network} = this.options
    if (this.instance(instanceId)?.state !== 'stopping') return
    this.stopping.add(instanceId)
    try {
      await fabric.stopMachine(instanceId, {force})
    } finally {
      this.stopping.delete(instanceId)
    }
    const vpcId = await store.change(region => becomeStopped(region, instanceId))
    if (vpcId !== undefined) await network.sync(vpcId)
  }

  private async doTerminate(instanceId: string): Promise<void> {
    const {store, fabric, network, clock} = this.options
    const instance = this.instance(instanceId)
    if (instance?.state !== 'shutting-down') return
    await fabric.stopMachine(instanceId, {force: true})
    await fabric.removeMachine(instanceId)
    await store.change(region => {
      releaseResources(region, instanceId)
    })
    await network.sync(instance.vpcId)
    await store.change(region => {
      becomeTerminated(region, instanceId, new Date(clock.now()))
    })
  }

  /** Waits while the instance is in that state, until somebody wants it to stop or to end. */
  private async wait(
    instanceId: string,
    state: Instance['state'],
    work: (instance: Instance, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const instance = this.instance(instanceId)
    if (instance?.state !== state) return
    const controller = new AbortController()
    this.waiting.set(instanceId, controller)
    try {
      await work(instance, controller.signal)
    } catch (error) {
      if (!controller.signal.aborted) throw error
    } finally {
      this.waiting.delete(instanceId)
    }
  }

  /** A machine that ignores a polite stop must not keep what follows waiting. */
  private hurry(instanceId: string): void {
    if (this.stopping.has(instanceId))
      this.options.fabric.stopMachine(instanceId, {force: true}).catch(this.options.onError)
  }

  private instance(instanceId: string): Instance | undefined {
    return this.options.store.state.instances[instanceId]
  }

  private enqueue(instanceId: string, work: () => Promise<void>): Promise<void> {
    const before = this.tails.get(instanceId) ?? Promise.resolve()
    const tail = before.then(work).catch(this.options.onError)
    this.tails.set(instanceId, tail)
    void tail.then(() => {
      if (this.tails.get(instanceId) === tail) this.tails.delete(instanceId)
    })
    return tail
  }
}

async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await clock.sleep(milliseconds, signal)
}

function stateReasonOf(error: unknown): {code: string; message: string} {
  if (error instanceof LaunchFailure) return {code: error.code, message: `${error.code}: ${error.message}`}
  const code = 'Server.InternalError'
  return {code, message: `${code}: Internal error on launch: ${messageOf(error)}`}
}
