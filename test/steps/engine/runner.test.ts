import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {systemClock} from '../../../src/clock.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import type {RunEvent} from '../../../src/steps/engine/events.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import type {Json} from '../../../src/steps/engine/json.js'
import {plan} from '../../../src/steps/engine/plan.js'
import {runPlan} from '../../../src/steps/engine/runner.js'
import {defineStep, type Step, type StepNeeds} from '../../../src/steps/engine/step.js'
import {KhwError} from '../../../src/errors.js'

describe('runner', () => {
  let directory: string
  let journal: Journal
  let log: string[]
  let abort: AbortController

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-runner-'))
    journal = Journal.create(directory, {clusterId: 'c-1'} as JournalHeader)
    log = []
    abort = new AbortController()
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  const context = (): RunContext =>
    ({
      clusterId: 'c-1',
      spec: {name: 'demo'},
      inventory: {instances: [], ended: []},
      clock: systemClock,
      signal: abort.signal,
    }) as unknown as RunContext

  const run = (steps: readonly Step[], events: RunEvent[] = []): Promise<ReadonlyMap<string, Json>> =>
    runPlan({plan: plan(steps), journal, context: context(), onEvent: event => events.push(event)})

  const step = <Output extends Json>(
    id: string,
    needs: StepNeeds,
    create: Step<Output>['create'],
    find?: Step<Output>['find'],
  ): Step<Output> =>
    defineStep<Output, StepNeeds>({id, phase: 'network', title: `Do ${id}`, needs, create, ...(find ? {find} : {})})

  const logging = (id: string, needs: StepNeeds, output: Json = id): Step =>
    step(id, needs, async (_, given) => {
      log.push(`${id}(${JSON.stringify(given)})`)
      return output
    })

  it('hands outputs on, lists in their order', async () => {
    const a = logging('a', {})
    const b = logging('b', {})
    await run([a, b, logging('c', {one: a, many: [b, a]})])
    expect(log.at(-1)).to.equal('c({"one":"a","many":["b","a"]})')
  })

  it('starts a step the moment its needs are done, not when a phase is', async () => {
    let release: () => void = () => undefined
    const slow = step(
      'slow',
      {},
      () =>
        new Promise<Json>(resolve => {
          release = () => {
            resolve('late')
          }
        }),
    )
    const quick = logging('quick', {})
    const after = step('after', {quick}, async () => {
      release()
      return 'released the slow one'
    })
    expect((await run([slow, quick, after])).get('slow')).to.equal('late')
  })

  it('writes ahead: running is on disk before the side effect, done after it', async () => {
    await run([
      step('a', {}, async ({clientToken}) => {
        const record = Journal.open(directory).steps['a']
        expect(record?.status).to.equal('running')
        expect(record).to.include({token: clientToken})
        return 1
      }),
    ])
    expect(Journal.open(directory).steps['a']).to.include({status: 'done', output: 1})
  })

  it('keeps what is done and does nothing on a second run', async () => {
    const a = logging('a', {})
    const steps = [a, logging('b', {a})]
    await run(steps)
    log = []
    const events: RunEvent[] = []
    await run(steps, events)
    expect(log).to.deep.equal([])
    expect(events.filter(e => e.type === 'step-done').map(e => e.outcome)).to.deep.equal(['kept', 'kept'])
  })

  it('tells of each step in the phase that the plan has it in, whatever that of a create is', async () => {
    const events: RunEvent[] = []
    const shouting = (id: string): Step =>
      step(id, {}, async ({progress}) => {
        progress('hello')
        if (id === 'b') throw new Error('no')
        return id
      })
    const steps = [shouting('a'), shouting('b')]
    const phases = steps.map(each => ({id: `phase-${each.id}`, title: `Do ${each.id} first`, steps: [each]}))
    const run = {plan: plan(steps, phases), journal, context: context(), onEvent: (e: RunEvent) => events.push(e)}
    await runPlan(run).catch(() => undefined)
    const [planned, ...others] = events
    expect(planned).to.deep.equal({
      type: 'planned',
      phases: ['a', 'b'].map(id => ({
        id: `phase-${id}`,
        title: `Do ${id} first`,
        steps: [{id, title: `Do ${id}`}],
      })),
    })
    expect(others.map(event => event.type).toSorted()).to.deep.equal([
      ...['step-done', 'step-failed', 'step-progress', 'step-progress', 'step-started', 'step-started'],
    ])
    for (const event of others)
      expect(event.type === 'planned' || event.phase === `phase-${event.id}`, JSON.stringify(event)).to.equal(true)
  })

  it('has a plan with phases that leave a step out, or have one twice, for the bug that it is', () => {
    const [a, b] = [logging('a', {}), logging('b', {})]
    for (const steps of [[a], [a, b, b]])
      expect(() => plan([a, b], [{id: 'all', title: 'Do all', steps}])).to.throw('each of its steps once')
  })

  it('does a step again when what it needs has changed', async () => {
    const withOutput = (output: string): Step[] => {
      const a = step(
        'a',
        {},
        () => Promise.reject(new Error('found instead')),
        () => output,
      )
      return [a, logging('b', {a})]
    }
    await run(withOutput('first'))
    await run(withOutput('second'))
    expect(log).to.deep.equal(['b({"a":"first"})', 'b({"a":"second"})'])
  })

  it('does again what needs a thing that was made anew, even if it looks the same, and even after a kill in between', async () => {
    let there = false
    const machine = step(
      'machine',
      {},
      async () => {
        there = true
        return 'address'
      },
      () => (there ? 'address' : undefined),
    )
    const configured = logging('configured', {machine})
    const checked = logging('checked', {configured}, 'ok')
    await run([machine, configured, checked])
    there = false
    log = []
    await run([machine, configured])
    await run([machine, configured, checked])
    expect(log).to.deep.equal(['configured({"machine":"address"})', 'checked({"configured":"configured"})'])
    log = []
    await run([machine, configured, checked])
    expect(log).to.deep.equal([])
  })

  it('adopts what was made but not recorded, without making it again', async () => {
    const made: string[] = []
    const a = step(
      'a',
      {},
      () => Promise.reject(new Error('died before the answer')),
      () => made[0],
    )
    await expectFailure(run([a]))
    made.push('vpc-1')
    const events: RunEvent[] = []
    expect((await run([a], events)).get('a')).to.equal('vpc-1')
    expect(events.find(e => e.type === 'step-done')).to.include({outcome: 'adopted'})
  })

  it('makes again what AWS has no more, whatever the journal says', async () => {
    let there: string | undefined
    const a = step(
      'a',
      {},
      async () => {
        there = `vpc-${log.push('made')}`
        return there
      },
      () => there,
    )
    await run([a])
    there = undefined
    expect((await run([a])).get('a')).to.equal('vpc-2')
  })

  it('repeats a failed attempt with the same client token, a new one with another', async () => {
    const tokens: string[] = []
    let broken = true
    const a = step('a', {}, async ({clientToken}) => {
      tokens.push(clientToken)
      if (broken) throw new Error('lost')
      return 1
    })
    await expectFailure(run([a]))
    broken = false
    await run([a])
    expect(tokens[1]).to.equal(tokens[0])
    expect(tokens[0]).to.match(/^[\x21-\x7e]{8,64}$/)
  })

  it('after a failure lets what is in flight finish and be recorded, starts nothing new, and names every cause', async () => {
    let release: () => void = () => undefined
    const slow = step(
      'slow',
      {},
      () =>
        new Promise<Json>(resolve => {
          release = () => {
            resolve(1)
          }
        }),
    )
    const bad = step('bad', {}, async () => {
      setImmediate(() => {
        release()
      })
      throw new KhwError('AWS_QUOTA', 'no more VPCs', ['raise the quota'])
    })
    const error = await expectFailure(run([slow, bad, logging('never', {slow}), logging('nor this', {bad})]))
    expect(error).to.include({code: 'AWS_QUOTA'})
    if (!(error instanceof KhwError)) throw error
    expect(error.oclif.exit).to.equal(69)
    expect(error.suggestions).to.deep.equal(['raise the quota'])
    expect(error.message).to.equal('bad: no more VPCs')
    expect(journal.steps['slow']?.status).to.equal('done')
    expect(journal.steps['bad']).to.include({status: 'failed', message: 'no more VPCs'})
    expect(log).to.deep.equal([])
  })

  it('on abort finishes what is in flight and starts nothing new', async () => {
    const first = step('first', {}, async () => {
      abort.abort(new KhwError('INTERRUPTED', 'stopped', ['go on'], {exit: 130}))
      return 1
    })
    const error = await expectFailure(run([first, logging('second', {first})]))
    expect(error).to.include({code: 'INTERRUPTED'})
    expect(journal.steps['first']?.status).to.equal('done')
    expect(journal.steps['second']).to.equal(undefined)
  })
})

async function expectFailure(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it did not fail')
}
