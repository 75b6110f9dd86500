import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {Artifact, ArtifactSet} from '../../../src/artifacts/artifact.js'
import {emptyInventory} from '../../../src/aws/inventory.js'
import {systemClock} from '../../../src/clock.js'
import {nodesOf} from '../../../src/cluster/addressing.js'
import {createPlan} from '../../../src/steps/create-plan.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import type {EditionContext} from '../../../src/steps/engine/step.js'
import {Journal, type JournalHeader} from '../../../src/steps/engine/journal.js'
import {plan} from '../../../src/steps/engine/plan.js'
import {runPlan} from '../../../src/steps/engine/runner.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'

describe('what a node has to have', () => {
  const spec = sampleSpec({controllers: 1, workers: 1})
  let directory: string
  let journal: Journal
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-fetch-'))
    journal = Journal.create(directory, {clusterId: 'c-1', spec} as JournalHeader)
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  /** The nodes of which it was waited for. */
  async function fetched(artifacts: ArtifactSet): Promise<readonly string[]> {
    const log: string[] = []
    const steps = createPlan(spec).steps.map(({id, phase, title, needs, edition}) => ({
      id,
      phase,
      title,
      needs,
      ...(edition && id.startsWith('node/fetch/') && {edition: (of: EditionContext) => edition(of)}),
      create: () => {
        log.push(id)
        return Promise.resolve({})
      },
    }))
    const {signal} = new AbortController()
    const context = {clusterId: 'c-1', spec, artifacts, inventory: emptyInventory(), clock: systemClock, signal}
    await runPlan({plan: plan(steps), journal, context: context as unknown as RunContext, onEvent: () => undefined})
    return log.filter(id => id.startsWith('node/fetch/'))
  }

  it('is waited for once, and again where it has become more', async () => {
    expect(await fetched(ARTIFACTS)).to.have.members(nodesOf(spec).map(({name}) => `node/fetch/${name}`))
    expect(await fetched(ARTIFACTS)).to.deep.equal([])
    const proxy: Artifact = {
      name: 'kube-proxy',
      version: '1.36.2',
      origin: 'https://dl.k8s.io/kube-proxy',
      url: 'https://dl.k8s.io/kube-proxy',
      sha256: '0'.repeat(64),
      install: {kind: 'binary', path: '/usr/local/bin/kube-proxy'},
      roles: ['worker'],
    }
    expect(await fetched({...ARTIFACTS, artifacts: [proxy]})).to.deep.equal(['node/fetch/worker-1'])
  })
})
