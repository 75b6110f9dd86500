import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {emptyInventory} from '../../src/aws/inventory.js'
import {systemClock} from '../../src/clock.js'
import {reportOf} from '../../src/steps/cluster-status.js'
import type {RunContext} from '../../src/steps/engine/context.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
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
    const context = {spec, kubernetes, clock: systemClock} as unknown as RunContext
    const certificates = async () => (await reportOf(journal, context, emptyInventory())).certificates
    journal.beginRenewal({since: '2026-11-02T00:00:00.000Z'})
    expect(await certificates()).to.deep.equal({earliestExpiry: null, renewing: true})
    journal.finishRenewal()
    expect(await certificates()).to.deep.equal({earliestExpiry: null})
  })
})
