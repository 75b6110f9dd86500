import {expect} from 'chai'
import fc from 'fast-check'
import type {CallFault, FaultSettings} from '../../src/local/api/faults/settings.js'
import {KhwError} from '../../src/errors.js'
import {differences} from './crash/logical-state.js'
import {outcomes} from '../steps/region-run.js'
import type {ModelCluster} from './model-cluster.js'
import {DAMAGES, type Damage} from './model-damage.js'
import type {Kill} from './model-lifeline.js'

/** What is known of a cluster without looking: which steps have something in the region, and what the disk holds. */
export interface Model {
  live: readonly string[]
  disk: 'nothing' | 'copy' | 'journal'
  /** As the journal says; a lost one has forgotten it. */
  destroying: boolean
  /** What is set in the region. */
  faults: FaultSettings
  /** Whether EC2 shows things later than khw looks for them: what is made twice then is healed by the next create. */
  mayDouble: boolean
  readonly expected: Expected
}

/** Lines of an undisturbed create, by the number of workers. */
export type Expected = ReadonlyMap<number, readonly string[]>

type Command = fc.AsyncCommand<Model, ModelCluster>

/** EC2 shows everything after that long; whoever comes later sees it. Milliseconds. */
const LATER = 360_000

/** Nobody is asked to make up for what cannot be seen yet by whoever looks for two minutes. */
async function comesLater({mayDouble}: Model, real: ModelCluster): Promise<void> {
  if (mayDouble) await real.region.clock.sleep(LATER)
}

/** Runs to the end: exactly what an undisturbed create has made is there, and another run changes nothing. */
async function completes(model: Model, real: ModelCluster): Promise<void> {
  if (model.mayDouble) {
    await comesLater(model, real)
    await real.create()
    await real.region.clock.sleep(LATER)
  }
  await real.region.released()
  const expected = model.expected.get(real.workers) ?? []
  expect(differences(expected, real.region.lines(real.clusterId)), 'after a create').to.deep.equal([])
  model.mayDouble = model.faults === LATE
  expectClean(model, real, {doubled: false})
  model.live = real.region.liveSteps()
  model.disk = 'journal'
  const before = JSON.stringify(real.region.state)
  const again = (await real.create()) ?? []
  expect(JSON.stringify(real.region.state), 'after a second create').to.equal(before)
  if (Object.keys(model.faults).length === 0) expect(Object.keys(outcomes(again))).to.deep.equal(['kept'])
}

/** What must hold at any time. */
function expectClean({mayDouble}: Model, {region}: ModelCluster, {doubled = mayDouble} = {}): void {
  expect(region.touched(), 'things of somebody else').to.deep.equal([])
  expect(region.region.errors, 'errors of the region').to.deep.equal([])
  if (doubled) return
  const live = region.liveSteps()
  expect(
    live.filter((step, i) => live.indexOf(step) !== i),
    'made twice',
  ).to.deep.equal([])
}

/** A create that ended early has lost nothing of what was there. */
function stopsEarly(model: Model, real: ModelCluster): void {
  expectClean(model, real)
  const live = real.region.liveSteps()
  expect(live, 'still there').to.include.members([...model.live])
  model.live = live
  // What it is must be on the disk before anything is made.
  if (live.length > 0 || model.disk !== 'nothing') model.disk = 'journal'
}

export class Create implements Command {
  check = ({destroying}: Readonly<Model>): boolean => !destroying
  async run(model: Model, real: ModelCluster): Promise<void> {
    await comesLater(model, real)
    await real.create()
    await completes(model, real)
  }
  toString = (): string => 'create'
}

/** The process ends with one of its mutating calls, and whatever it was doing besides. */
class CrashInCreate implements Command {
  constructor(private readonly kill: Kill) {}
  check = ({destroying}: Readonly<Model>): boolean => !destroying
  async run(model: Model, real: ModelCluster): Promise<void> {
    await comesLater(model, real)
    if ((await real.create(this.kill)) === undefined) stopsEarly(model, real)
    else await completes(model, real)
  }
  toString = (): string => `create, killed ${this.kill.when} call ${this.kill.nth}`
}

class ExpireInCreate implements Command {
  /** `nth`: of all calls, from which on the credentials have expired. */
  constructor(private readonly nth: number) {}
  check = ({destroying}: Readonly<Model>): boolean => !destroying
  async run(model: Model, real: ModelCluster): Promise<void> {
    await comesLater(model, real)
    const {faults} = real.region
    const how = {code: 'ExpiredToken', status: 400}
    faults.set({...model.faults, calls: [{action: '*', when: 'before', how, nth: this.nth, times: 1_000_000}]})
    const failure = await real.create().then(
      () => undefined,
      (error: unknown) => error,
    )
    faults.set(model.faults)
    if (failure === undefined) {
      await completes(model, real)
      return
    }
    if (failure instanceof Error && !(failure instanceof KhwError)) throw failure
    expect(failure).to.include({code: 'AWS_AUTH'})
    stopsEarly(model, real)
  }
  toString = (): string => `create, credentials expired from call ${this.nth} on`
}

class Destroy implements Command {
  check = (): boolean => true
  async run(model: Model, real: ModelCluster): Promise<void> {
    await comesLater(model, real)
    expect(await real.destroy()).to.deep.equal([])
    await gone(model, real)
  }
  toString = (): string => 'destroy'
}

class CrashInDestroy implements Command {
  constructor(private readonly kill: Kill) {}
  check = ({live}: Readonly<Model>): boolean => live.length > 0
  async run(model: Model, real: ModelCluster): Promise<void> {
    await comesLater(model, real)
    const remaining = await real.destroy(this.kill)
    if (remaining !== undefined) {
      expect(remaining).to.deep.equal([])
      await gone(model, real)
      return
    }
    expectClean(model, real)
    const live = real.region.liveSteps()
    expect(model.live, 'there before').to.include.members(live)
    model.live = live
    model.destroying = model.disk !== 'nothing'
    if (model.destroying) model.disk = 'journal'
  }
  toString = (): string => `destroy, killed ${this.kill.when} call ${this.kill.nth}`
}

async function gone(model: Model, real: ModelCluster): Promise<void> {
  expectClean(model, real)
  expect(real.region.ownIds(), 'after a destroy').to.deep.equal([])
  // Nor does anything turn up that could not be seen yet.
  await real.region.clock.sleep(LATER)
  expect(real.region.ownIds(), 'some time after a destroy').to.deep.equal([])
  Object.assign(model, {live: [], disk: 'nothing', destroying: false})
}

/** Noticed some time later: a journal that is lost while EC2 does not show yet what it knew of cannot be made up for. */
class LoseJournal implements Command {
  constructor(private readonly copyToo: boolean) {}
  check = ({disk}: Readonly<Model>): boolean => disk !== 'nothing'
  async run(model: Model, real: ModelCluster): Promise<void> {
    real.lose('journal.json', ...(this.copyToo ? (['cluster.json'] as const) : []))
    await real.region.clock.sleep(LATER)
    model.disk = this.copyToo ? 'nothing' : 'copy'
    model.destroying = false
  }
  toString = (): string => (this.copyToo ? 'lose the journal and its copy' : 'lose the journal')
}

/** Somebody else takes something away, some time later. */
export class DeleteBehind implements Command {
  constructor(private readonly damage: Damage) {}
  check = ({live}: Readonly<Model>): boolean => live.length > 0
  async run(model: Model, real: ModelCluster): Promise<void> {
    await real.region.clock.sleep(LATER)
    await DAMAGES[this.damage](real)
    await real.region.settled()
    model.live = real.region.liveSteps()
    expectClean(model, real)
  }
  toString = (): string => `somebody takes away ${this.damage}`
}

/** khw has no such command: the plan is run with more workers. With fewer it removes nothing, so there is no way down. */
class Scale implements Command {
  constructor(private readonly workers: number) {}
  check = ({disk, destroying}: Readonly<Model>): boolean => disk === 'journal' && !destroying
  async run(_model: Model, real: ModelCluster): Promise<void> {
    if (this.workers > real.workers) real.scale(this.workers)
  }
  toString = (): string => `scale to ${this.workers}`
}

/** The region has faults of that kind from then on, until the next. */
export class Weather implements Command {
  constructor(
    private readonly name: string,
    private readonly settings: FaultSettings,
  ) {}
  check = (): boolean => true
  async run(model: Model, real: ModelCluster): Promise<void> {
    // What is hidden now would be shown at once by another setting, and hidden by none.
    await real.region.clock.sleep(LATER)
    model.faults = this.settings
    model.mayDouble ||= this.settings === LATE
    real.region.faults.set(this.settings)
  }
  toString = (): string => `from now on: ${this.name}`
}

/** What EC2 makes again without asking, each once, shown later than it is looked for. */
const LATE: FaultSettings = {
  visibility: {byTag: 200_000},
  calls: ['CreateVpc', 'CreateInternetGateway', 'CreateRouteTable'].map(action => ({
    action,
    when: 'after',
    how: 'drop',
    nth: 1,
  })),
}

/** Each kind is counted for itself, and lost four times at most: khw tries five times, and may be unlucky with all of them. */
const CHANGES = [
  'Create*',
  'Authorize*',
  'Attach*',
  'Associate*',
  'Import*',
  'Modify*',
  'Run*',
  'Terminate*',
  'Delete*',
]

function lost(when: 'before' | 'after'): CallFault[] {
  return CHANGES.map(action => ({action, when, how: 'drop', every: 3, times: 4}))
}

const WEATHER: readonly (readonly [string, FaultSettings])[] = [
  ['no faults', {}],
  ['seen late by tags', {visibility: {byTag: 60_000}}],
  ['seen late', {visibility: {byId: 30_000, byTag: 60_000}}],
  ['throttled', {throttle: {buckets: [{action: '*', capacity: 10, refillPerSecond: 5}]}}],
  ['every third answer lost', {calls: lost('after')}],
  ['every third change lost', {calls: lost('before')}],
  ['answers lost, and seen late by tags', {...LATE, visibility: {byTag: 60_000}}],
  ['answers lost, and seen much later', LATE],
]

export const weatherArbitrary: fc.Arbitrary<Weather> = fc
  .constantFrom(...WEATHER)
  .map(([name, settings]) => new Weather(name, settings))

/** Calls of a create with two workers, and some more: what is not reached kills nobody. */
const kill = (most: number): fc.Arbitrary<Kill> =>
  fc.record({nth: fc.integer({min: 1, max: most}), when: fc.constantFrom('before', 'after')})

/** Whatever has become of the cluster, it can be made whole and taken down. */
export async function endsWell(model: Model, real: ModelCluster): Promise<void> {
  const [create, destroy] = [new Create(), new Destroy()]
  if (create.check(model)) await create.run(model, real)
  await destroy.run(model, real)
}

export const commandArbitraries: readonly fc.Arbitrary<Command>[] = [
  fc.constant(new Create()),
  kill(45).map(at => new CrashInCreate(at)),
  kill(45).map(at => new CrashInCreate(at)),
  fc.integer({min: 1, max: 120}).map(nth => new ExpireInCreate(nth)),
  fc.constant(new Destroy()),
  kill(25).map(at => new CrashInDestroy(at)),
  fc.boolean().map(copyToo => new LoseJournal(copyToo)),
  fc.constantFrom(...(Object.keys(DAMAGES) as Damage[])).map(damage => new DeleteBehind(damage)),
  fc.integer({min: 2, max: 3}).map(workers => new Scale(workers)),
  weatherArbitrary,
]
