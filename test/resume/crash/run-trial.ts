import {existsSync} from 'node:fs'
import {brokenCallRules} from './call-rules.js'
import {clusterIdOf, clusterPath, journalTextOf, recordedSteps} from './cluster-files.js'
import {brokenFileRules, leakedSecrets} from './files-rules.js'
import {khw, type KhwPlace} from './khw.js'
import {differences, logicalState} from './logical-state.js'
import {brokenKeyRules} from './key-rules.js'
import {createArguments, DESTROY_ARGUMENTS, ROTATE_ARGUMENTS} from './operator.js'
import type {Rig} from './rig.js'
import {PHASES, type Outcome, type Phase, type Reference, type Trial} from './trial.js'

/**
 * Kills khw at a point, lets it go on, and checks that nothing was lost or doubled, that a further create changes nothing,
 * and that a destroy leaves the region as it was, byte for byte.
 */
export async function runTrial(rig: Rig, trial: Trial, reference: Reference): Promise<Outcome> {
  const {place, remove} = rig.newPlace()
  const run = new Run(rig, trial, reference, place)
  try {
    await run.all()
  } catch (error) {
    run.failures.push(error instanceof Failed ? error.message : String(error instanceof Error ? error.stack : error))
  }
  remove()
  const {failures, seconds, thenId} = run
  return {trial, failures, seconds, ...(thenId === undefined ? {} : {thenId})}
}

/** Ends a trial that cannot go on. */
class Failed extends Error {}

class Run {
  readonly failures: string[] = []
  readonly seconds = Object.fromEntries(PHASES.map(phase => [phase, 0])) as Record<Phase, number>
  thenId: string | undefined
  private outputs = ''

  constructor(
    private readonly rig: Rig,
    private readonly trial: Trial,
    private readonly reference: Reference,
    private readonly place: KhwPlace,
  ) {}

  async all(): Promise<void> {
    const {region, near} = this.rig
    const operator = this.trial.real ? this.rig.real : near
    const before = region.snapshot()
    if (this.trial.point.id.startsWith('destroy/')) {
      await this.during('build', async () => {
        this.must('the create', await near.create(this.place))
      })
      await this.during('crash', () => this.crash(DESTROY_ARGUMENTS, this.trial.point.id))
    } else if (this.trial.point.id.startsWith('keys/')) {
      await this.during('build', async () => {
        this.must('the create', await near.create(this.place))
      })
      await this.during('crash', () => this.crash(ROTATE_ARGUMENTS, this.trial.point.id))
      await this.during('resume', async () => {
        this.must('the resumed rotation', await operator.rotate(this.place))
      })
      await this.during('check', async () => {
        const {running} = region.fabric
        this.failures.push(...brokenKeyRules(clusterPath(this.place), [...running.values()]))
        await this.check()
      })
    } else {
      const create = createArguments(this.rig.mirrorUrl)
      await this.during('crash', () => this.crash(create, this.trial.point.id))
      const thenId = this.chooseNext()
      if (thenId !== undefined) await this.during('crash', () => this.crash(create, thenId))
      await this.during('resume', async () => {
        this.must('the resumed create', await operator.create(this.place))
      })
      await this.during('check', () => this.check())
    }
    await this.during('destroy', async () => {
      this.must('the destroy', await operator.destroy(this.place))
    })
    await region.settled()
    if (existsSync(clusterPath(this.place))) this.failures.push('the directory of the cluster is still there')
    const changes = differences(before.split('\n'), region.snapshot().split('\n'))
    if (changes.length > 0) this.failures.push(`I4: the region is not as it was:\n${changes.slice(0, 20).join('\n')}`)
    this.failures.push(...region.fabric.errors.splice(0))
    await region.forgetTraces()
  }

  /** khw in its own process, which has to end by the signal at the point. */
  private async crash(args: readonly string[], crashAt: string): Promise<void> {
    const {code, signal, output} = await khw(args, this.place, {crashAt})
    this.outputs += output
    if (signal === 'SIGKILL') return
    throw new Failed(`${crashAt} was never reached; khw ended with ${String(code ?? signal)}:\n${output.slice(-1500)}`)
  }

  private chooseNext(): string | undefined {
    const {then} = this.trial
    if (then === undefined || 'id' in then) return (this.thenId = then?.id)
    const recorded = recordedSteps(clusterPath(this.place))
    const ahead = then.candidates.filter(({step}) => step !== '' && !recorded.has(step))
    this.thenId = ahead[then.seed % ahead.length]?.id
    if (this.thenId === undefined) throw new Failed('the resume has no point left at which to kill it')
    return this.thenId
  }

  /** I1 to I10 of a complete create. */
  private async check(): Promise<void> {
    const {region, near} = this.rig
    await region.settled()
    const path = clusterPath(this.place)
    const found = differences(this.reference.state, logicalState(region.store.state, clusterIdOf(path)))
    if (found.length > 0)
      this.failures.push(`I1-I3: other resources than an undisturbed create has:\n${found.join('\n')}`)
    this.failures.push(...brokenCallRules(region.calls, this.reference.calls), ...brokenFileRules(path))
    const commands = this.commands()
    const texts = {
      'what khw printed': this.outputs,
      'the journal': journalTextOf(path),
      'a command on a node': commands,
    }
    this.failures.push(...leakedSecrets(path, texts))
    region.calls = []
    this.must('a further create', await near.create(this.place))
    const again = region.calls.map(call => call.action)
    if (again.length > 0) this.failures.push(`I6: a further create made calls: ${again.join(', ')}`)
    if (this.commands() !== commands) this.failures.push('I6: a further create ran commands on nodes')
  }

  private commands(): string {
    const {running} = this.rig.region.fabric
    return [...running.values()].flatMap(({machine}) => machine.commands).join('\n')
  }

  private must(what: string, complaint: string | undefined): void {
    if (complaint !== undefined) throw new Failed(`${what} failed: ${complaint}`)
  }

  private async during(phase: Phase, work: () => Promise<void>): Promise<void> {
    const startedAt = Date.now()
    try {
      await work()
    } finally {
      this.seconds[phase] += (Date.now() - startedAt) / 1000
    }
  }
}
