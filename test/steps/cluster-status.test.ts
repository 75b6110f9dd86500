import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {emptyInventory} from '../../src/aws/inventory.js'
import {systemClock} from '../../src/clock.js'
import {reportOf, standingOf, workOn} from '../../src/steps/cluster-status.js'
import type {RunContext} from '../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import type {LockOwner} from '../../src/lock-owner.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {sampleSpec} from './sample-spec.js'

describe("a cluster's status", () => {
  let directory: string
  before(() => (directory = mkdtempSync(join(tmpdir(), 'khw-status-'))))
  after(() => {
    rmSync(directory, {recursive: true})
  })

  it('says that certificates are being renewed until they are everywhere', async () => {
    const spec = sampleSpec({controllers: 1, workers: 1})
    const createdAt = '2026-11-01T00:00:00.000Z'
    const journal = Journal.create(directory, {clusterId: 'c-1', spec, createdAt} as JournalHeader)
    const kubernetes = (): Promise<never> => Promise.reject(new Error('no machine answers'))
    const context = {spec, kubernetes, clock: systemClock, secrets: new MemorySecretStore()} as unknown as RunContext
    const certificates = async () => (await reportOf(journal, context, emptyInventory())).certificates
    journal.beginRenewal({since: '2026-11-02T00:00:00.000Z'})
    expect(await certificates()).to.deep.equal({earliestExpiry: null, renewing: true})
    journal.finishRenewal()
    expect(await certificates()).to.deep.equal({earliestExpiry: null})
  })

  it('is not ready before it is complete, or while it is taken down, however many of its nodes are', () => {
    const cases = [
      {complete: false, intent: 'create', phase: 'creating', ready: false},
      {complete: true, intent: 'create', phase: 'ready', ready: true},
      {complete: true, intent: 'destroy', phase: 'destroying', ready: false},
    ] as const
    for (const {phase, ready, ...journal} of cases) expect(standingOf(journal, true)).to.deep.equal({phase, ready})
    expect(standingOf({complete: true, intent: 'create'}, false)).to.deep.equal({phase: 'degraded', ready: false})
  })

  it('names who is at work on it, also when it is complete', () => {
    const header = {spec: sampleSpec({controllers: 1, workers: 1})} as JournalHeader
    const by = {command: 'khw certs renew lab', pid: 4711, host: 'here', since: '2026-11-02T00:00:00.000Z'}
    const owner: LockOwner = {...by, nonce: 'n'}
    const there = {header, complete: true, intent: 'create', steps: {}} as const
    expect(workOn(there, owner)).to.deep.equal({by})
    expect(workOn({...there, intent: 'destroy'}, owner)).to.deep.equal({by})
    expect(workOn(there, undefined)).to.deep.equal({})
    const {by: outer, progress} = workOn({...there, complete: false}, owner)
    expect(outer).to.equal(undefined)
    expect(progress).to.deep.include({done: 0, by})
  })
})
