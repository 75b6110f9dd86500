import type {Clock} from '../../../clock.js'
import {textPattern} from '../filters.js'
import type {InstanceLifecycle} from '../instance-lifecycle.js'
import type {Region} from '../region.js'
import {nameOf} from './name-of.js'
import type {SpotInterruption} from './settings.js'

const TWO_MINUTES = 120_000
const CODE = 'Server.SpotInstanceTermination'

export interface InterruptionRules {
  readonly rules: readonly SpotInterruption[]
  /** How many instances each rule has taken back, counted here. */
  readonly interrupted: Map<SpotInterruption, number>
}

export interface SpotInterrupterOptions {
  readonly rules: () => InterruptionRules
  readonly store: Region['store']
  readonly network: Region['network']
  readonly instances: Pick<InstanceLifecycle, 'terminate'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** Ends the waiting; what was announced is carried out by the next that is made on the same store. */
  readonly signal: AbortSignal
}

/** Takes spot instances back: a notice in their metadata first, and after a while the end. */
export class SpotInterrupter {
  constructor(private readonly options: SpotInterrupterOptions) {
    for (const {instanceId, spot} of Object.values(options.store.state.instances))
      if (spot?.interruptedAt !== undefined) this.background(this.endAt(instanceId, spot.interruptedAt))
  }

  /** Gives notice to running spot instances that a rule names. To be called whenever one may have come up. */
  consider(): void {
    if (this.options.signal.aborted) return
    const {rules, interrupted} = this.options.rules()
    for (const rule of rules) {
      const pattern = textPattern(rule.name)
      for (const instance of Object.values(this.options.store.state.instances)) {
        const {instanceId, spot, state} = instance
        const count = interrupted.get(rule) ?? 0
        if (spot === undefined || spot.interruptedAt !== undefined || state !== 'running') continue
        if (!pattern.test(nameOf(instance)) || count >= (rule.times ?? Infinity)) continue
        interrupted.set(rule, count + 1)
        this.background(this.interrupt(instanceId, rule.noticeMilliseconds ?? TWO_MINUTES))
      }
    }
  }

  private async interrupt(instanceId: string, notice: number): Promise<void> {
    const {store, network, clock} = this.options
    const at = new Date(clock.now() + notice).toISOString()
    const vpcId = await store.change(state => {
      const instance = state.instances[instanceId]
      if (instance?.spot === undefined || instance.spot.interruptedAt !== undefined) return undefined
      instance.spot.interruptedAt = at
      return instance.vpcId
    })
    if (vpcId === undefined) return
    // The notice is best effort on EC2 as well: the end comes whether it could be delivered or not.
    await network.sync(vpcId).catch(this.options.onError)
    await this.endAt(instanceId, at)
  }

  private async endAt(instanceId: string, at: string): Promise<void> {
    const {store, instances, clock, signal} = this.options
    await clock.sleep(Math.max(0, Date.parse(at) - clock.now()), signal)
    const ends = await store.change(state => {
      const instance = state.instances[instanceId]
      if (instance === undefined || instance.state === 'shutting-down' || instance.state === 'terminated') return false
      instance.state = 'shutting-down'
      instance.stateReason = {code: CODE, message: `${CODE}: Spot instance termination`}
      return true
    })
    if (ends) await instances.terminate(instanceId)
  }

  private background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.options.signal.aborted) this.options.onError(error)
    })
  }
}
