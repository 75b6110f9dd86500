import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {explained} from '../../src/aws/explained.js'
import {takeInventory} from '../../src/aws/inventory.js'
import type {ClusterSpec} from '../../src/cluster/spec.js'
import {KhwError} from '../../src/errors.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'
import {createPlan} from '../../src/steps/create-plan.js'
import {settledInventory} from '../../src/steps/destroy/settled-inventory.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import type {RunEvent} from '../../src/steps/engine/events.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {plan} from '../../src/steps/engine/plan.js'
import {runPlan} from '../../src/steps/engine/runner.js'
import {findClusters, type TaggedCluster} from '../../src/steps/clusters/find-clusters.js'
import {healDuplicates} from '../../src/steps/duplicates/heal-duplicates.js'
import {CREDENTIALS} from '../local/api/test-region.js'
import {ARTIFACTS} from '../steps/region-run.js'
import {ACCESS, AWS_HALF, awsHalfContext} from '../steps/run-context.js'
import {sampleSpec} from '../steps/sample-spec.js'
import {Lifeline, type Kill} from './model-lifeline.js'
import {ModelRegion} from './model-region.js'

export const NAME = 'sample'

/**
 * khw's commands on one cluster, as far as they speak to EC2: each is a process of its own, which can be killed. They do
 * what create-cluster.ts, destroy-cluster.ts and recover-cluster.ts do, with the same parts.
 */
export class ModelCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'khw-model-'))
  /** Of the cluster that is there now; another create after a destroy makes another one. */
  clusterId = ''
  workers = 1
  private made = 0

  private constructor(readonly region: ModelRegion) {}

  static async open(): Promise<ModelCluster> {
    return new ModelCluster(await ModelRegion.open(NAME))
  }

  /** Resolves to what the steps did; undefined if it was killed. */
  create(kill?: Kill): Promise<readonly RunEvent[] | undefined> {
    return this.process(kill, async process => {
      const {clients, clock, signal} = process
      const journal = process.guard(await this.journalToCreate(process))
      const {clusterId, spec} = journal.header
      const events: RunEvent[] = []
      const secrets = process.guard(new FileSecretStore(join(this.directory, 'secrets')))
      const context = await awsHalfContext({
        header: journal.header,
        endpoint: this.region.region.endpoint,
        clients,
        secrets,
        clock,
        signal,
      })
      const onNotice = (): undefined => undefined
      const inventory = await healDuplicates({...context, journal, onNotice})
      const steps = plan(createPlan(spec).steps.filter(step => AWS_HALF.test(step.id)))
      await runPlan({plan: steps, journal, context: {...context, inventory}, onEvent: event => events.push(event)})
      journal.setComplete(true)
      const after = await takeInventory(clients, clusterId, signal)
      await healDuplicates({...context, inventory: after, journal, onNotice})
      return events
    })
  }

  /** With the journal or the copy of its header if there is one, by the tags otherwise. Resolves to what is left. */
  destroy(kill?: Kill): Promise<readonly unknown[] | undefined> {
    return this.process(kill, async process => {
      const {clients, clock, signal} = process
      const known = readable(() => Journal.restore(this.directory))
      if (known === undefined) return this.destroyByTags(process)
      const journal = process.guard(known)
      const inventory = await settledInventory({...clients, journal, clock, signal, onNotice: () => undefined})
      journal.setIntent('destroy')
      const remaining = await this.takeDown(process, journal.header.clusterId, inventory)
      if (remaining.length === 0) this.forget()
      return remaining
    })
  }

  /** khw cannot scale yet: what the spec of its journal says is changed, as a scale would have to. */
  scale(workers: number): void {
    this.workers = workers
    for (const file of ['journal.json', 'cluster.json']) {
      const path = join(this.directory, file)
      const content = JSON.parse(readFileSync(path, 'utf8')) as {header: JournalHeader}
      const header = {...content.header, spec: this.spec()}
      writeFileSync(path, JSON.stringify({...content, header}))
    }
  }

  lose(...files: readonly ('journal.json' | 'cluster.json')[]): void {
    for (const file of files) rmSync(join(this.directory, file), {force: true})
  }

  /** Runs as one process, which `kill` ends. */
  async process<T>(kill: Kill | undefined, work: (process: Lifeline) => Promise<T>): Promise<T | undefined> {
    const access = {...ACCESS, endpoint: this.region.region.endpoint, credentials: CREDENTIALS}
    const process = new Lifeline(access, this.region.clock, kill)
    try {
      return await process.run(() => work(process))
    } catch (error) {
      throw explained(error, 'It failed')
    } finally {
      process.close()
      await this.region.settled()
    }
  }

  async close(): Promise<void> {
    await this.region.close()
    rmSync(this.directory, {recursive: true})
  }

  private async journalToCreate(process: Lifeline): Promise<Journal> {
    const known = readable(() => Journal.openToWrite(this.directory)) ?? readable(() => Journal.restore(this.directory))
    if (known !== undefined) return known
    const found = await this.found(process)
    // The VPC's tags tell the spec of before a scale.
    if (found?.record !== undefined) return this.newJournal(found.clusterId)
    if (found !== undefined) await this.destroyByTags(process)
    this.made += 1
    this.clusterId = `c0ffee${String(this.made).padStart(2, '0')}-0000-4000-8000-000000000001`
    return this.newJournal(this.clusterId)
  }

  private newJournal(clusterId: string): Journal {
    return Journal.create(this.directory, {
      clusterId,
      spec: this.spec(),
      account: '123456789012',
      operatorCidr: ACCESS.operatorCidr,
      artifacts: ARTIFACTS,
      createdAt: '2026-11-24T08:00:00.000Z',
      expiresAt: null,
    })
  }

  private spec(): ClusterSpec {
    return sampleSpec({controllers: 1, workers: this.workers, loadBalancer: 'nlb'})
  }

  private async found({clients, signal}: Lifeline): Promise<TaggedCluster | undefined> {
    return (await findClusters(clients, signal)).find(cluster => cluster.name === NAME)
  }

  private async destroyByTags(process: Lifeline): Promise<readonly unknown[]> {
    const found = await this.found(process)
    const remaining = found === undefined ? [] : await this.takeDown(process, found.clusterId, found.inventory)
    if (remaining.length === 0) this.forget()
    return remaining
  }

  private async takeDown(
    {clients, clock, signal}: Lifeline,
    clusterId: string,
    inventory: TaggedCluster['inventory'],
  ): Promise<readonly unknown[]> {
    const options = {...clients, clusterId, inventory, forceForeign: false, onEvent: () => undefined, clock, signal}
    return (await takeDown(options)).remaining
  }

  private forget(): void {
    for (const file of ['journal.json', 'cluster.json', 'secrets']) {
      rmSync(join(this.directory, file), {recursive: true, force: true})
    }
  }
}

function readable(open: () => Journal): Journal | undefined {
  try {
    return open()
  } catch (error) {
    if (error instanceof KhwError && error.code === 'JOURNAL_UNREADABLE') return undefined
    throw error
  }
}
