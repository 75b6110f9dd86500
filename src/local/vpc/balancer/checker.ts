import {setTimeout as sleep} from 'node:timers/promises'
import type {TargetHealth} from '../../fabric.js'
import type {HealthCheck} from '../../elb-model.js'
import type {BalancedTarget, BalancerConfig} from './balancer-config.js'
import {passes, type Endpoint} from './health-check.js'

interface Checked {
  target: BalancedTarget
  /** Milliseconds for which it drains once it is unhealthy. */
  drains: number
  check: HealthCheck
  localAddress: string
  health: TargetHealth
  /** How often in a row the last outcome was seen. */
  streak: number
  passed: boolean | undefined
  /** Ends its draining. */
  drained?: NodeJS.Timeout
  readonly stop: AbortController
}

type Wanted = Pick<Checked, 'target' | 'check' | 'localAddress' | 'drains'>

export interface CheckerOptions {
  /** What was known of a target before this process. */
  readonly known: (key: string) => TargetHealth
  readonly onChange: () => void
  readonly check?: (check: HealthCheck, endpoint: Endpoint) => Promise<boolean>
}

/** Checks the health of a load balancer's targets, each from the zone it is in. */
export class Checker {
  readonly #checked = new Map<string, Checked>()

  constructor(private readonly options: CheckerOptions) {}

  /** Begins with targets that are new, and ends with those that are gone. */
  update(config: BalancerConfig): void {
    const wanted = new Map<string, Wanted>()
    for (const {healthCheck, drainsUnhealthy, targets} of Object.values(config.groups))
      for (const target of targets) {
        const zone = config.zones.find(({availabilityZone}) => availabilityZone === target.availabilityZone)
        const localAddress = (zone ?? config.zones[0])?.address
        if (localAddress !== undefined)
          wanted.set(target.key, {target, check: healthCheck, localAddress, drains: drainsUnhealthy * 1000})
      }
    for (const [key, checked] of this.#checked) {
      if (wanted.has(key)) continue
      checked.stop.abort()
      clearTimeout(checked.drained)
      this.#checked.delete(key)
    }
    for (const [key, want] of wanted) {
      const present = this.#checked.get(key)
      if (present !== undefined) Object.assign(present, want)
      else this.begin(key, want)
    }
  }

  healthOf(key: string): TargetHealth {
    return this.#checked.get(key)?.health ?? 'initial'
  }

  /** Of all targets, by their keys. */
  report(): Record<string, TargetHealth> {
    return Object.fromEntries([...this.#checked].map(([key, {health}]) => [key, health]))
  }

  private begin(key: string, want: Wanted): void {
    const {known} = this.options
    const checked: Checked = {...want, health: known(key), streak: 0, passed: undefined, stop: new AbortController()}
    this.#checked.set(key, checked)
    // Since when it has drained nobody knows any more.
    if (checked.health === 'unhealthy.draining') this.drain(checked)
    this.repeat(checked).catch((error: unknown) => {
      if (!checked.stop.signal.aborted) throw error
    })
  }

  private async repeat(checked: Checked): Promise<void> {
    const {signal} = checked.stop
    await sleep(Math.max(0, checked.target.checkedFrom - Date.now()), undefined, {signal})
    for (;;) {
      const began = Date.now()
      const {address, checkPort: port} = checked.target
      const passed = await (this.options.check ?? passes)(checked.check, {
        address,
        port,
        localAddress: checked.localAddress,
      })
      signal.throwIfAborted()
      this.count(checked, passed)
      await sleep(Math.max(0, began + checked.check.intervalSeconds * 1000 - Date.now()), undefined, {signal})
    }
  }

  private count(checked: Checked, passed: boolean): void {
    checked.streak = passed === checked.passed ? checked.streak + 1 : 1
    checked.passed = passed
    const {healthyThreshold, unhealthyThreshold} = checked.check
    if (checked.streak < (passed ? healthyThreshold : unhealthyThreshold)) return
    if (passed) this.become(checked, 'healthy')
    else if (!isUnhealthy(checked.health)) {
      if (checked.drains > 0) this.drain(checked)
      else this.become(checked, 'unhealthy')
    }
  }

  /** Network Load Balancers guide, "Connection termination for unhealthy targets", of the draining interval. */
  private drain(checked: Checked): void {
    checked.drained = setTimeout(() => {
      this.become(checked, 'unhealthy')
    }, checked.drains)
    this.become(checked, 'unhealthy.draining')
  }

  private become(checked: Checked, health: TargetHealth): void {
    if (health !== 'unhealthy.draining') clearTimeout(checked.drained)
    if (checked.health === health) return
    checked.health = health
    this.options.onChange()
  }
}

function isUnhealthy(health: TargetHealth): boolean {
  return health === 'unhealthy' || health === 'unhealthy.draining'
}
