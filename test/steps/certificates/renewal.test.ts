import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {controllersOf} from '../../../src/cluster/addressing.js'
import {ensurePki, type Pki} from '../../../src/pki/pki.js'
import {rollingPlan} from '../../../src/steps/certificates/renew-plan.js'
import {askForRenewal, goOnRenewing} from '../../../src/steps/certificates/renewal.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {plan} from '../../../src/steps/engine/plan.js'
import {runPlan} from '../../../src/steps/engine/runner.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {ARTIFACTS} from '../region-run.js'
import {hollowSteps} from '../hollow-steps.js'
import {sampleSpec} from '../sample-spec.js'

const MINUTE = 60_000
const TEN_MINUTES = 10 * MINUTE
const NOW = Date.parse('2026-11-01T08:00:00Z')

describe('a renewal that was stopped', () => {
  const spec = sampleSpec({controllers: 3, workers: 1})
  const publicIps = {'controller-1': '198.18.0.4', 'controller-2': '198.18.0.5', 'controller-3': '198.18.0.6'}
  let directory: string
  let journal: Journal
  let secrets: MemorySecretStore
  /** What each controller has been given. */
  let given: Map<string, string>
  let notices: string[]
  const onNotice = (text: string): void => {
    notices.push(text)
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-renewal-'))
    journal = Journal.create(directory, {clusterId: 'c-1', spec} as JournalHeader)
    secrets = new MemorySecretStore()
    given = new Map()
    notices = []
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  /** One process: the plan's order, the real journal and the real PKI; a controller is what it was given. */
  async function run(now: number, until?: string): Promise<void> {
    journal = Journal.openToWrite(directory)
    const abort = new AbortController()
    const {issuance} = journal.header
    let ensured: Promise<Pki> | undefined
    const pki = (): Promise<Pki> => (ensured ??= ensurePki({spec, publicIps, secrets, now: new Date(now), issuance}))
    const issued = async (node: string): Promise<string> => (await pki()).leaf('apiserver', node).certificate
    const does: Readonly<Record<string, () => Promise<unknown>>> = {
      'access/certificates': pki,
      'renew/served': async () => {
        for (const {name} of controllersOf(spec)) expect(given.get(name), name).to.equal(await issued(name))
      },
      ...Object.fromEntries(
        controllersOf(spec).map(({name}) => [
          `node/configure/${name}`,
          async () => given.set(name, await issued(name)),
        ]),
      ),
    }
    const steps = hollowSteps(rollingPlan(spec), async id => {
      await does[id]?.()
      return {done: id}
    })
    const context = {
      clusterId: 'c-1',
      spec,
      artifacts: ARTIFACTS,
      inventory: {instances: [], ended: []},
      ...(issuance && {issuance}),
      clock: {now: () => now, sleep: () => Promise.resolve()},
      signal: abort.signal,
    } as unknown as RunContext
    const ending = runPlan({
      plan: plan(steps),
      journal,
      context,
      onEvent: event => {
        if (event.type === 'step-done' && event.id === until) abort.abort(new Error('killed'))
      },
    })
    if (until === undefined) {
      await ending
      journal.finishRenewal()
    } else await ending.catch(() => undefined)
  }

  async function stoppedAfterOne(): Promise<void> {
    askForRenewal(journal, TEN_MINUTES, onNotice, NOW)
    await run(NOW, 'node/configure/controller-1')
    expect(journal.renewing).to.equal(true)
    expect(given.get('controller-2')).not.to.equal(secrets.files.get('pki/apiserver/controller-2.crt'))
  }

  const ways = {
    'by another khw certs renew': (now: number) => {
      askForRenewal(journal, undefined, onNotice, now)
    },
    'by a khw create': (now: number) => {
      goOnRenewing(journal, onNotice, now)
    },
  }
  for (const [who, goOn] of Object.entries(ways)) {
    it(`is finished ${who}, with the certificates that the first controller has`, async () => {
      await stoppedAfterOne()
      const first = given.get('controller-1')
      goOn(NOW + 4 * MINUTE)
      await run(NOW + 4 * MINUTE)
      expect(given.get('controller-1')).to.equal(first)
      expect(notices).to.deep.equal(['Finishing what khw certs renew has begun.'])
      expect(Journal.open(directory).renewing).to.equal(false)
    })

    it(`is begun anew ${who} once the PKI would issue others in their place, and ends well`, async () => {
      await stoppedAfterOne()
      const first = given.get('controller-1')
      const later = NOW + 8 * MINUTE
      goOn(later)
      await run(later)
      expect(given.get('controller-1')).not.to.equal(first)
      expect(notices)
        .to.have.length(1)
        .and.satisfy(([text]: [string]) => text.startsWith('Beginning anew'))
      expect(journal.header.issuance).to.deep.equal({since: new Date(later).toISOString(), lifetime: TEN_MINUTES})
      expect(Journal.open(directory).renewing).to.equal(false)
    })
  }

  it('is begun anew from half the life of its certificates on, so that none is replaced while it runs', () => {
    const begunAt = (minutes: number): number => {
      journal.beginRenewal({since: new Date(NOW).toISOString(), lifetime: TEN_MINUTES})
      goOnRenewing(journal, onNotice, NOW + minutes * MINUTE)
      return (Date.parse(journal.header.issuance?.since ?? '') - NOW) / MINUTE
    }
    expect([0, 4, 5, 7, 90].map(begunAt)).to.deep.equal([0, 0, 5, 7, 90])
  })

  it('is begun anew for another life than it was begun for', () => {
    askForRenewal(journal, TEN_MINUTES, onNotice, NOW)
    const later = NOW + MINUTE
    const lifetime = 90 * 24 * 60 * MINUTE
    askForRenewal(journal, lifetime, onNotice, later)
    expect(journal.header.issuance).to.deep.equal({since: new Date(later).toISOString(), lifetime})
    expect(notices).to.deep.equal([])
  })

  it('lasts as long as the one before, unless that was to be seen ending', () => {
    const lifeAfter = (lifetime: number): number | undefined => {
      askForRenewal(journal, lifetime, onNotice, NOW)
      journal.finishRenewal()
      askForRenewal(journal, undefined, onNotice, NOW + MINUTE)
      journal.finishRenewal()
      return journal.header.issuance?.lifetime
    }
    const day = 24 * 60 * MINUTE
    expect([90 * day, 7 * day, 6 * day, TEN_MINUTES].map(lifeAfter)).to.deep.equal([
      90 * day,
      7 * day,
      undefined,
      undefined,
    ])
  })

  it('is gone on with for the life that it has, said or not', () => {
    askForRenewal(journal, undefined, onNotice, NOW)
    askForRenewal(journal, 30 * 24 * 60 * MINUTE, onNotice, NOW + MINUTE)
    expect(journal.header.issuance).to.deep.equal({since: new Date(NOW).toISOString()})
  })

  it('is nothing to speak of where none was asked for', () => {
    goOnRenewing(journal, onNotice, NOW)
    expect([journal.renewing, notices]).to.deep.equal([false, []])
  })
})
