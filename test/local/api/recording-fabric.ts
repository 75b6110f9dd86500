import type {Fabric, TargetHealth} from '../../../src/local/fabric.js'
import type {Target} from '../../../src/local/elb-model.js'
import type {Instance, RegionState} from '../../../src/local/model.js'

export type FabricCall = 'syncVpc' | 'startMachine' | 'stopMachine' | 'rebootMachine' | 'removeMachine'

/** A fabric without a host: it records what it is asked for, and can be told to wait or to fail. */
export class RecordingFabric implements Fabric {
  /** `startMachine i-0123`, in the order they began. */
  readonly calls: string[] = []
  /** What each syncVpc was given. */
  readonly synced: RegionState[] = []
  readonly running = new Set<string>()
  console = ''
  /** Of the targets that do not say `healthy`, by their id. */
  readonly targets = new Map<string, TargetHealth>()
  private readonly holds = new Map<string, Promise<void>>()
  private readonly failures = new Map<string, Error>()
  private readonly exitListeners: ((instanceId: string) => void)[] = []

  /** Makes calls of that name wait until the function returned is called. */
  hold(call: FabricCall): () => void {
    let release = (): void => undefined
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    this.holds.set(call, held)
    return () => {
      this.holds.delete(call)
      release()
    }
  }

  /** Makes calls of that name reject; undefined: no more. */
  fail(call: FabricCall, error: Error | undefined): void {
    if (error === undefined) this.failures.delete(call)
    else this.failures.set(call, error)
  }

  /** As if the machine had powered itself off. */
  machineExits(instanceId: string): void {
    this.running.delete(instanceId)
    for (const listener of this.exitListeners) listener(instanceId)
  }

  callsOf(call: FabricCall): string[] {
    return this.calls.filter(text => text.startsWith(`${call} `))
  }

  async syncVpc(state: RegionState, vpcId: string): Promise<void> {
    this.synced.push(state)
    await this.record('syncVpc', vpcId)
  }

  async startMachine(_state: RegionState, instance: Instance): Promise<void> {
    await this.record('startMachine', instance.instanceId)
    this.running.add(instance.instanceId)
  }

  async stopMachine(instanceId: string, options: {force: boolean}): Promise<void> {
    // A forced stop ends a polite one that waits.
    await this.record('stopMachine', `${instanceId} ${options.force ? 'force' : 'politely'}`, !options.force)
    this.running.delete(instanceId)
  }

  async rebootMachine(instanceId: string): Promise<void> {
    await this.record('rebootMachine', instanceId)
  }

  async removeMachine(instanceId: string): Promise<void> {
    await this.record('removeMachine', instanceId)
    this.running.delete(instanceId)
  }

  consoleOutput(instanceId: string): Promise<string> {
    return Promise.resolve(this.running.has(instanceId) ? this.console : '')
  }

  targetHealth(_loadBalancerArn: string, _targetGroupArn: string, {id}: Target): Promise<TargetHealth> {
    return Promise.resolve(this.targets.get(id) ?? 'healthy')
  }

  onMachineExit(listener: (instanceId: string) => void): void {
    this.exitListeners.push(listener)
  }

  private async record(call: FabricCall, detail: string, canWait = true): Promise<void> {
    this.calls.push(`${call} ${detail}`)
    if (canWait) await this.holds.get(call)
    const failure = this.failures.get(call)
    if (failure !== undefined) throw failure
  }
}
