import {cpSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {systemClock} from '../../../src/clock.js'
import {controllersOf} from '../../../src/cluster/addressing.js'
import {ensureRing, readRing} from '../../../src/pki/key-ring.js'
import {KEY_KINDS, keyNames, ROTATED_KEYS, type RotatedKey} from '../../../src/pki/rotated-keys.js'
import type {SecretStore} from '../../../src/pki/secret-store.js'
import {createPlan} from '../../../src/steps/create-plan.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {plan, type Plan} from '../../../src/steps/engine/plan.js'
import {runPlan} from '../../../src/steps/engine/runner.js'
import {rotate} from '../../../src/steps/keys/rotate.js'
import {rotationPlan, stagePlan} from '../../../src/steps/keys/rotation-plan.js'
import {finishDropped, unfinishedRotations, type Rotation} from '../../../src/steps/keys/rotation.js'
import {ARTIFACTS} from '../region-run.js'
import {hollowSteps} from '../hollow-steps.js'
import {sampleSpec} from '../sample-spec.js'

const MINUTE = 60_000
export const TOKEN_LIFE = 60 * MINUTE

const spec = sampleSpec({controllers: 3, workers: 1})
const header = {clusterId: 'c-1', spec, createdAt: '2026-11-01T00:00:00.000Z'} as JournalHeader

/** Names of the keys that a controller's programs were started with, the one in use first. */
type Started = Readonly<Record<RotatedKey, readonly string[]>>

/** One khw: it dies before or after whatever it writes or does, whichever is the `killAt`-th of these. */
class Process {
  passed = 0
  at = ''
  dead = false

  constructor(private readonly killAt: number) {}

  point(name: string): void {
    if (!this.dead && this.passed++ !== this.killAt) return
    if (!this.dead) this.at = name
    this.dead = true
    throw new Error(`killed at ${name}`)
  }
}

/**
 * A cluster of which controllers are the keys they were started with, etcd is the names of the keys that its content is
 * encrypted with, and a token is the time it was signed at. Whenever a controller was given something else, all of them
 * write and sign, and every one has to understand what there is: what one cannot is noted in `broken`.
 */
export class RotatedCluster {
  readonly broken = new Set<string>()
  now = Date.parse('2026-11-01T08:00:00Z')
  revoked = false
  private readonly files = new Map<string, string>()
  private readonly started = new Map<string, Started>()
  private readonly stored = new Set<string>()
  private readonly signed = new Map<string, number>()
  /** Every text that a key of that name ever had, public halves left out. */
  private readonly texts = new Map<string, Set<string>>()

  private constructor(readonly directory: string) {}

  static async made(directory: string): Promise<RotatedCluster> {
    const cluster = new RotatedCluster(directory)
    const process = new Process(Infinity)
    const secrets = cluster.secretsOf(process)
    for (const key of ROTATED_KEYS) await ensureRing(secrets, KEY_KINDS[key])
    const journal = Journal.create(directory, header)
    await cluster.run(createPlan(spec), journal, process)
    journal.setComplete(true)
    return cluster
  }

  /** One like it, with a directory of its own. */
  copyTo(directory: string): RotatedCluster {
    cpSync(this.directory, directory, {recursive: true})
    const copy = new RotatedCluster(directory)
    copy.now = this.now
    for (const [from, to] of [
      [this.files, copy.files],
      [this.started, copy.started],
      [this.signed, copy.signed],
      [this.texts, copy.texts],
    ] as const)
      for (const [key, value] of from) (to as Map<string, unknown>).set(key, structuredClone(value))
    for (const key of this.stored) copy.stored.add(key)
    return copy
  }

  /** Where it was killed; empty if it was not. */
  async rotate(options: {killAt?: number; keys?: readonly RotatedKey[]; revokeTokens?: boolean} = {}): Promise<string> {
    const {killAt = Infinity, keys = ROTATED_KEYS, revokeTokens = false} = options
    this.revoked ||= revokeTokens
    return this.khw(killAt, async (journal, process, secrets) => {
      const whole = async (rotations: readonly Rotation[]): Promise<void> => {
        await this.run(rotationPlan(spec, rotations), journal, process)
        finishDropped(journal, rotations)
      }
      await rotate({
        journal,
        secrets,
        keys,
        revokeTokens,
        now: () => this.now,
        onNotice: () => undefined,
        runStage: rotations => this.run(stagePlan(spec, rotations), journal, process),
        runLast: async () => whole(await unfinishedRotations(journal, secrets)),
      })
    })
  }

  /** What a create does of it. */
  async create(): Promise<void> {
    await this.khw(Infinity, async (journal, process, secrets) => {
      const rotations = await unfinishedRotations(journal, secrets)
      await this.run(rotations.length > 0 ? rotationPlan(spec, rotations) : createPlan(spec), journal, process)
      finishDropped(journal, rotations)
    })
  }

  loseJournal(): void {
    rmSync(join(this.directory, 'journal.json'))
    Journal.restore(this.directory).setComplete(true)
  }

  get rotating(): Journal['rotating'] {
    return Journal.open(this.directory).rotating
  }

  /** Of all controllers, if they agree. */
  get inUse(): Started | undefined {
    const [first, ...others] = [...this.started.values()].map(started => JSON.stringify(started))
    return first !== undefined && others.every(other => other === first) ? (JSON.parse(first) as Started) : undefined
  }

  get storedWith(): readonly string[] {
    return [...this.stored]
  }

  /** Names that were given to more than one key. */
  get drawnTwice(): readonly string[] {
    return [...this.texts].filter(([, texts]) => texts.size > 1).map(([name]) => name)
  }

  private async khw(
    killAt: number,
    work: (journal: Journal, process: Process, secrets: SecretStore) => Promise<void>,
  ): Promise<string> {
    const process = new Process(killAt)
    const journal = Journal.openToWrite(this.directory)
    for (const name of ['record', 'forget', 'beginRotation', 'finishRotation'] as const) {
      const original = (journal[name] as (...args: unknown[]) => void).bind(journal)
      Object.assign(journal, {
        [name]: (...args: unknown[]) => {
          process.point(`journal ${name} before`)
          original(...args)
          process.point(`journal ${name} after`)
        },
      })
    }
    try {
      await work(journal, process, this.secretsOf(process))
    } catch (error) {
      if (!process.dead) throw error
    }
    return process.at
  }

  private secretsOf(process: Process): SecretStore {
    return {
      read: name => Promise.resolve(this.files.get(name)),
      write: (name, content) => {
        process.point(`${name} before`)
        this.files.set(name, content)
        process.point(`${name} after`)
        return Promise.resolve()
      },
    }
  }

  /** The plan's order and the real journal; what a step does is done here. */
  private async run(whole: Plan, journal: Journal, process: Process): Promise<void> {
    const secrets = this.secretsOf(process)
    const does: Readonly<Record<string, () => Promise<unknown>>> = {
      'keys/rewritten': () => {
        this.stored.clear()
        this.use()
        return Promise.resolve()
      },
      'keys/tokens': () => Promise.resolve({until: new Date(this.now + TOKEN_LIFE).toISOString()}),
      ...Object.fromEntries(
        controllersOf(spec).map(({name}) => [`node/configure/${name}`, () => this.start(name, secrets)]),
      ),
    }
    const steps = hollowSteps(whole, async id => {
      process.point(`${id} before`)
      const output = await does[id]?.()
      process.point(`${id} after`)
      return {done: id, ...(typeof output === 'object' && output)}
    })
    const context = {
      clusterId: 'c-1',
      spec,
      keys: await keyNames(secrets),
      artifacts: ARTIFACTS,
      inventory: {instances: [], ended: []},
      clock: {...systemClock, now: () => this.now},
      signal: new AbortController().signal,
    } as unknown as RunContext
    await runPlan({plan: plan(steps), journal, context, onEvent: () => undefined})
  }

  private async start(name: string, secrets: SecretStore): Promise<void> {
    this.now += MINUTE
    const rings = await Promise.all(
      ROTATED_KEYS.map(async key => {
        const ring = await readRing(secrets, KEY_KINDS[key])
        for (const {name, text} of ring) {
          if (text.includes('PUBLIC KEY')) continue
          const texts = this.texts.get(`${key} ${name}`) ?? new Set()
          this.texts.set(`${key} ${name}`, texts.add(text.trim()))
        }
        return [key, ring.map(each => each.name)]
      }),
    )
    this.started.set(name, Object.fromEntries(rings) as Started)
    this.use()
  }

  private use(): void {
    for (const {encryption, 'service-account': tokens} of this.started.values()) {
      this.stored.add(encryption[0] ?? '')
      this.signed.set(tokens[0] ?? '', this.now)
    }
    for (const [name, {encryption, 'service-account': tokens}] of this.started) {
      for (const key of this.stored) if (!encryption.includes(key)) this.broken.add(`${name} cannot read ${key}`)
      for (const [key, at] of this.signed) {
        const known = tokens.includes(key) || at + TOKEN_LIFE <= this.now || (this.revoked && tokens.length === 1)
        if (!known) this.broken.add(`${name} refuses a token of ${key}`)
      }
    }
  }
}
