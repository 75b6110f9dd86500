import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {systemClock} from '../../../src/clock.js'
import {repairPlan, rollingPlan} from '../../../src/steps/certificates/renew-plan.js'
import {createPlan} from '../../../src/steps/create-plan.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {plan, plannedPhases, upTo, type Plan} from '../../../src/steps/engine/plan.js'
import {runPlan} from '../../../src/steps/engine/runner.js'
import {PHASES} from '../../../src/steps/phases.js'
import {ARTIFACTS} from '../region-run.js'
import {ACCESS} from '../run-context.js'
import {hollowSteps} from '../hollow-steps.js'
import {sampleSpec} from '../sample-spec.js'

describe('renewing certificates', () => {
  const spec = sampleSpec({controllers: 3, workers: 2, loadBalancer: 'nlb'})
  let directory: string
  let journal: Journal

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'khw-renew-'))
    journal = Journal.create(directory, {clusterId: 'c-1', spec} as JournalHeader)
    await done(createPlan(spec))
    journal.setComplete(true)
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  /** Ids of the steps that were done and not kept, in the order in which they ended; `until` stops the run after one. */
  async function done(whole: Plan, until?: string): Promise<readonly string[]> {
    const log: string[] = []
    const abort = new AbortController()
    const steps = hollowSteps(whole, id => Promise.resolve({done: id}))
    const context = {
      clusterId: 'c-1',
      spec,
      access: ACCESS,
      artifacts: ARTIFACTS,
      inventory: {instances: [], ended: []},
      ...(journal.header.issuance && {issuance: journal.header.issuance}),
      clock: systemClock,
      signal: abort.signal,
    } as unknown as RunContext
    await runPlan({
      plan: plan(steps),
      journal,
      context,
      onEvent: event => {
        if (event.type !== 'step-done' || event.outcome === 'kept') return
        log.push(event.id)
        if (event.id === until) abort.abort(new Error('killed'))
      },
    }).catch((error: unknown) => {
      if (until === undefined) throw error
    })
    return log
  }

  const ask = (since: string): void => {
    journal.beginRenewal({since})
  }

  it('serves one controller after the other, each once the last is well, and then the workers', async () => {
    ask('2026-11-01T00:00:00.000Z')
    const log = await done(rollingPlan(spec))
    const at = (id: string): number => {
      expect(log).to.include(id)
      return log.indexOf(id)
    }
    expect(at('node/configure/controller-1')).to.be.greaterThan(at('access/certificates'))
    const nodes = ['controller-1', 'controller-2', 'controller-3', 'worker-1']
    for (const [i, node] of nodes.slice(1).entries()) {
      const last = nodes[i] ?? ''
      for (const check of [
        'renew/settled',
        'renew/etcd/quorum',
        'renew/control-plane/api-server',
        'renew/load-balancer',
      ])
        expect(at(`node/configure/${node}`), `${check} ${last}`).to.be.greaterThan(at(`${check}/${last}`))
      expect(at(`renew/etcd/quorum/${last}`)).to.be.greaterThan(at(`renew/settled/${last}`))
    }
    expect(at('control-plane/kubeconfig')).to.be.greaterThan(at('access/certificates'))
    expect(at('renew/served')).to.be.greaterThan(at('node/configure/controller-3'))
    expect(log.filter(id => /^(network|compute|load-balancer|node\/(connect|fetch))\//.test(id))).to.deep.equal([])
  })

  it('goes on where it was stopped, and with the next one begins anew', async () => {
    ask('2026-11-01T00:00:00.000Z')
    const first = await done(rollingPlan(spec), 'node/configure/controller-2')
    expect(first).not.to.include('node/configure/controller-3')
    expect(Journal.open(directory).renewing).to.equal(true)
    const second = await done(rollingPlan(spec))
    expect(second).not.to.include.members(['access/certificates']).and.not.to.include('node/configure/controller-1')
    expect(second).to.include.members(['renew/etcd/quorum/controller-2', 'node/configure/controller-3', 'renew/served'])
    expect(await done(rollingPlan(spec))).to.deep.equal([])
    journal.finishRenewal()
    expect(Journal.open(directory).renewing).to.equal(false)
    expect(await done(createPlan(spec)), 'a create has nothing left to do').to.deep.equal([])
    ask('2026-12-01T00:00:00.000Z')
    expect(await done(rollingPlan(spec))).to.include('node/configure/controller-1')
  })

  it('waits for nobody where the API does not answer: no member of etcd has a quorum alone', async () => {
    ask('2026-11-01T00:00:00.000Z')
    const log = await done(repairPlan(spec))
    expect(log.filter(id => /^renew\/(etcd|control-plane|load-balancer)/.test(id))).to.deep.equal([])
    const ready = log.indexOf('worker/ready')
    for (const worker of ['worker-1', 'worker-2'])
      expect(ready)
        .to.be.greaterThan(log.indexOf(`renew/settled/${worker}`))
        .and.to.be.greaterThan(0)
    expect(log).to.include.members(['node/configure/controller-3', 'node/configure/worker-2', 'verify/pods'])
  })

  it('is told by what it does: what is issued, and the nodes', () => {
    const nodes = ['controller-1', 'controller-2', 'controller-3', 'the workers']
    for (const whole of [rollingPlan(spec), repairPlan(spec)]) {
      const phases = plannedPhases(whole)
      expect(phases.map(({title}) => title)).to.deep.equal([
        'See that everything is there',
        'Issue the certificates',
        ...nodes.map(node => `Take the certificates to ${node}`),
        'Verify the cluster',
      ])
      const [, issued, , second, , workers] = phases.map(({steps}) => steps.map(({id}) => id))
      expect(issued).to.deep.equal(['access/certificates'])
      expect(second?.slice(0, 2)).to.deep.equal(['node/configure/controller-2', 'renew/settled/controller-2'])
      expect(workers?.filter(id => id.startsWith('node/'))).to.deep.equal([1, 2].map(i => `node/configure/worker-${i}`))
    }
  })

  it('that is to end after a phase has with each node what that comes after', async () => {
    ask('2026-11-01T00:00:00.000Z')
    const early = upTo(rollingPlan(spec), 'node')
    expect(await done(early)).to.include('node/configure/worker-2')
    expect(plannedPhases(early).map(({title}) => title)).not.to.include('Verify the cluster')
    const whole = rollingPlan(spec)
    // Whichever it is: a balancer's phase is before those of the nodes, whose renewal it comes after.
    for (const {id} of PHASES) expect(whole.steps).to.include.members([...upTo(whole, id).steps])
    expect(upTo(whole, 'load-balancer').steps.map(({id}) => id)).to.include('renew/etcd/quorum/controller-1')
  })
})
