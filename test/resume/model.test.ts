import fc from 'fast-check'
import {expect} from 'chai'
import {
  Create,
  commandArbitraries,
  DeleteBehind,
  endsWell,
  Weather,
  weatherArbitrary,
  type Expected,
  type Model,
} from './model-commands.js'
import {ModelCluster} from './model-cluster.js'

const {
  /** So many sequences of commands. */
  KHW_MODEL_RUNS: runs = '15',
  /** As a failure has printed them: the same sequences again, or just the one that failed. */
  KHW_MODEL_SEED: seed,
  KHW_MODEL_PATH: path,
  KHW_MODEL_REPLAY: replayPath,
} = process.env

/** What has been run by then will do; on a busy machine that is less. Milliseconds. */
const LIMIT = 150_000

describe('a cluster of which anything may become', function () {
  this.timeout(4 * LIMIT)
  const expected = new Map<number, readonly string[]>()
  const running = new Set<Promise<void>>()

  before(async () => {
    for (const workers of [1, 2, 3]) expected.set(workers, await undisturbed(workers))
  })
  // One that was interrupted goes on to the end of its command.
  after(() => Promise.allSettled(running))

  it('waits for a machine launched anew that EC2 does not show yet, although an older one has ended', async () => {
    const late = new Weather('seen late by tags', {visibility: {byTag: 60_000}})
    const commands = [new Create(), new DeleteBehind('an instance'), late, new Create()]
    await oneRun(expected, new Weather('no faults', {}), commands)
  })

  it('has a load balancer and its targets again, and nothing of those that were taken away', async () => {
    await oneRun(expected, new Weather('no faults', {}), [
      new Create(),
      new DeleteBehind('the load balancer'),
      new Create(),
      new DeleteBehind('the targets'),
      new Create(),
    ])
  })

  it('has at most one of everything, exactly one after a create, and nothing after a destroy', async () => {
    const sequences = fc.commands([...commandArbitraries], {
      maxCommands: 8,
      size: 'max',
      ...(replayPath === undefined ? {} : {replayPath}),
    })
    const property = fc.asyncProperty(weatherArbitrary, sequences, async (weather, commands) => {
      const run = oneRun(expected, weather, commands)
      running.add(run)
      await run.finally(() => running.delete(run))
    })
    await fc.assert(property, {
      numRuns: Number(runs),
      interruptAfterTimeLimit: LIMIT,
      ...(seed === undefined ? {} : {seed: Number(seed)}),
      ...(path === undefined ? {} : {path}),
    })
  })
})

async function oneRun(
  expected: Expected,
  weather: Weather,
  commands: Iterable<fc.AsyncCommand<Model, ModelCluster>>,
): Promise<void> {
  const real = await ModelCluster.open()
  const model: Model = {live: [], disk: 'nothing', destroying: false, faults: {}, mayDouble: false, expected}
  try {
    await weather.run(model, real)
    await fc.asyncModelRun(() => ({model, real}), commands)
    await endsWell(model, real)
  } finally {
    await real.close()
  }
}

/** What a create makes on a day without faults. */
async function undisturbed(workers: number): Promise<readonly string[]> {
  const real = await ModelCluster.open()
  try {
    real.workers = workers
    await real.create()
    const live = real.region.liveSteps()
    expect(new Set(live).size).to.equal(live.length)
    expect(live).to.have.length(14 + workers)
    return real.region.lines(real.clusterId)
  } finally {
    await real.close()
  }
}
