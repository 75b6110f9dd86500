import type {Fabric} from '../fabric.js'
import type {RegionStore} from '../store.js'

interface Lane {
  running: Promise<void>
  queued?: Promise<void>
}

/**
 * Brings the host in line with VPCs, one run at a time each. Who asks while one runs waits for the next, which serves
 * all who asked by then: it starts from the state as it is at its own start.
 */
export class VpcSync {
  private readonly lanes = new Map<string, Lane>()

  constructor(
    private readonly store: RegionStore,
    private readonly fabric: Pick<Fabric, 'syncVpc'>,
  ) {}

  /** Resolves when the host agrees with everything stored before the call; rejects with what the fabric threw. */
  sync(vpcId: string): Promise<void> {
    const lane = this.lanes.get(vpcId)
    if (lane === undefined) return this.start(vpcId)
    lane.queued ??= lane.running.then(
      () => this.start(vpcId),
      () => this.start(vpcId),
    )
    return lane.queued
  }

  private start(vpcId: string): Promise<void> {
    const lane: Lane = {running: this.run(vpcId)}
    this.lanes.set(vpcId, lane)
    const free = (): void => {
      if (lane.queued === undefined) this.lanes.delete(vpcId)
    }
    lane.running.then(free, free)
    return lane.running
  }

  private async run(vpcId: string): Promise<void> {
    await this.fabric.syncVpc(this.store.state, vpcId)
  }
}
