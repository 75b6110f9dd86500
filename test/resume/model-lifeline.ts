import {setMaxListeners} from 'node:events'
import {awsClients, type AwsClients} from '../../src/aws/clients.js'
import type {RegionAccess} from '../../src/cluster/provider.js'
import {signBy} from '../steps/region-run.js'
import type {SkippingClock} from './model-clock.js'

/** When a process is killed: at its `nth` mutating call (from 1), before it is sent or once it was answered. */
export interface Kill {
  readonly nth: number
  readonly when: 'before' | 'after'
  /** Only calls of this command count: `RunInstancesCommand`. */
  readonly of?: string
}

const READS = /^(Describe|Get)/

/**
 * One process of khw, which can be killed: from then on it sends nothing, learns of no answer, and writes nothing. What
 * it had sent before is carried out, as by any server.
 */
export class Lifeline {
  readonly clients: AwsClients
  readonly signal: AbortSignal
  /** Mutating calls sent that count. */
  calls = 0
  private isAlive = true
  private underWay = 0
  private readonly killed: Promise<void>
  private die = (): void => undefined

  constructor(
    access: RegionAccess,
    readonly clock: SkippingClock,
    private readonly kill: Kill | undefined,
  ) {
    this.killed = new Promise(resolve => {
      this.die = () => {
        this.isAlive = false
        resolve()
      }
    })
    this.signal = new AbortController().signal
    setMaxListeners(0, this.signal)
    this.clients = awsClients(access, {clock, signal: this.signal})
    const throughLifeline =
      <Input, Output>(next: (input: Input) => Promise<Output>, context: {commandName?: string}) =>
      (input: Input) =>
        this.send(context.commandName ?? '', () => next(input))
    const placed = {relation: 'after', toMiddleware: 'retryMiddleware', name: 'lifeline'} as const
    const {ec2, ec2Once, elb, iam} = this.clients
    for (const {config} of [ec2, ec2Once, elb, iam]) signBy(config, clock)
    for (const {middlewareStack} of [ec2, ec2Once]) middlewareStack.addRelativeTo(throughLifeline, placed)
    elb.middlewareStack.addRelativeTo(throughLifeline, placed)
    iam.middlewareStack.addRelativeTo(throughLifeline, placed)
  }

  /** Resolves to undefined if it was killed, once the region has carried out all it had sent. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = work()
    try {
      const result = await Promise.race([done, this.killed])
      if (this.alive()) return result as T
    } catch (error) {
      if (this.alive()) throw error
    }
    done.catch(() => undefined)
    while (this.underWay > 0) await new Promise(resolve => setImmediate(resolve))
    return undefined
  }

  /** The same object, on which nothing can be called any more when the process is dead. */
  guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, property) => {
        const value: unknown = Reflect.get(target, property, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          if (!this.alive()) throw new Error('killed')
          return Reflect.apply(value, target, args)
        }
      },
    })
  }

  private alive(): boolean {
    return this.isAlive
  }

  close(): void {
    this.clients.close()
  }

  private async send<T>(command: string, next: () => Promise<T>): Promise<T> {
    const {of = command} = this.kill ?? {}
    const nth = READS.test(command) || of !== command ? undefined : (this.calls += 1)
    const isLast = nth !== undefined && nth === this.kill?.nth
    if (isLast && this.kill.when === 'before') this.die()
    if (!this.alive()) return never()
    this.underWay += 1
    try {
      return await this.clock.during(next)
    } finally {
      this.underWay -= 1
      if (isLast) this.die()
      if (!this.alive()) await never()
    }
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
