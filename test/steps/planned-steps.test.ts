import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {emptyInventory} from '../../src/aws/inventory.js'
import {rollingPlan} from '../../src/steps/certificates/renew-plan.js'
import {createPlan} from '../../src/steps/create-plan.js'
import type {RunContext} from '../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {plan, type Plan} from '../../src/steps/engine/plan.js'
import {runPlan} from '../../src/steps/engine/runner.js'
import {rotationPlan} from '../../src/steps/keys/rotation-plan.js'
import {plannedSteps} from '../../src/steps/planned-steps.js'
import {hollowSteps} from './hollow-steps.js'
import {ARTIFACTS} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

type Changes = Pick<RunContext, 'issuance' | 'keys'>

describe('what is planned of a cluster that is there', () => {
  const spec = sampleSpec({controllers: 3, workers: 2})
  let directory: string
  let journal: Journal
  let now: number

  beforeEach(async () => {
    now = Date.parse('2026-11-26T08:00:00Z')
    directory = mkdtempSync(join(tmpdir(), 'khw-planned-'))
    journal = Journal.create(directory, {clusterId: 'c-1', spec} as JournalHeader)
    await run(createPlan(spec))
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  const contextOf = (changes: Changes, abort = new AbortController()): RunContext =>
    ({
      clusterId: 'c-1',
      spec,
      artifacts: ARTIFACTS,
      inventory: emptyInventory(),
      clock: {now: () => (now += 1000), sleep: () => Promise.resolve()},
      signal: abort.signal,
      ...changes,
    }) as unknown as RunContext

  const hollow = (whole: Plan): Plan => plan(hollowSteps(whole, id => Promise.resolve({done: id})))

  /** What was done and not kept; stopped after a step, as if killed there. */
  async function run(whole: Plan, changes: Changes = {}, until?: string): Promise<readonly string[]> {
    const abort = new AbortController()
    const done: string[] = []
    const ending = runPlan({
      plan: hollow(whole),
      journal,
      context: contextOf(changes, abort),
      onEvent: event => {
        if (event.type !== 'step-done') return
        if (event.outcome !== 'kept') done.push(event.id)
        if (event.id === until) abort.abort(new Error('killed'))
      },
    })
    await (until === undefined ? ending : ending.catch(() => undefined))
    return done
  }

  const planned = (whole: Plan, changes: Changes = {}): ReadonlyMap<string, string> =>
    new Map(plannedSteps(hollow(whole), {...contextOf(changes), journal}).map(({id, action}) => [id, action]))

  const changed = (whole: Plan, changes: Changes): string[] =>
    [...planned(whole, changes)].flatMap(([id, action]) => (action === 'keep' ? [] : [id])).sort()

  it('is to keep all of it', () => {
    expect(new Set(planned(createPlan(spec)).values())).to.deep.equal(new Set(['keep']))
  })

  it('is, of keys on their way, what the run then does: each controller again, and no worker', async () => {
    const keys = {encryption: ['key-1', 'key-2']}
    const whole = rotationPlan(spec, [{key: 'encryption', from: 'key-1', stage: 'known'}])
    await run(rotationPlan(spec, []))
    const actions = planned(whole, {keys})
    for (const n of [1, 2, 3]) expect(actions.get(`node/configure/controller-${n}`)).to.equal('check')
    for (const n of [1, 2]) expect(actions.get(`node/configure/worker-${n}`)).to.equal('keep')
    const before = changed(whole, {keys})
    expect([...(await run(whole, {keys}))].sort()).to.deep.equal(before)
    expect(changed(whole, {keys})).to.deep.equal([])
  })

  it('is, of a rotation or a renewal that was stopped, what is left of it', async () => {
    const ways: readonly (readonly [Plan, Changes])[] = [
      [
        rotationPlan(spec, [{key: 'encryption', from: 'key-1', stage: 'in-use'}]),
        {keys: {encryption: ['key-2', 'key-1']}},
      ],
      [rollingPlan(spec), {issuance: {since: '2026-11-26T09:00:00Z'}}],
    ]
    for (const [whole, changes] of ways) {
      await run(whole, changes, 'node/configure/controller-1')
      const left = changed(whole, changes)
      expect(left).not.to.include('node/configure/controller-1')
      expect(left).to.include('node/configure/controller-2')
      expect([...(await run(whole, changes))].sort()).to.deep.equal(left)
    }
  })
})
