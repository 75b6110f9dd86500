import {setMaxListeners} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ArtifactSet} from '../../src/artifacts/artifact.js'
import {awsClients, type AwsClients} from '../../src/aws/clients.js'
import {systemClock, type Clock} from '../../src/clock.js'
import type {RegionAccess} from '../../src/cluster/provider.js'
import type {ClusterSpec} from '../../src/cluster/spec.js'
import {resourcesOf, takeInventory} from '../../src/aws/inventory.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'
import {createPlan} from '../../src/steps/create-plan.js'
import type {RunEvent} from '../../src/steps/engine/events.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {plan} from '../../src/steps/engine/plan.js'
import {runPlan} from '../../src/steps/engine/runner.js'
import {CREDENTIALS, testRegion, type TestRegion, type TestRegionOptions} from '../local/api/test-region.js'
import {ACCESS, AWS_HALF, awsHalfContext} from './run-context.js'
import {sampleSpec} from './sample-spec.js'

export const ARTIFACTS: ArtifactSet = {
  source: 'upstream',
  architecture: 'amd64',
  versions: {kubernetes: '1.36.2', etcd: '3.6.14', containerd: '2.3.4', runc: '1.3.0', cni: '1.6.2'},
  artifacts: [],
  images: {pause: 'registry.k8s.io/pause:3.10', check: 'busybox'},
  notices: [],
}

export interface RegionRunOptions extends TestRegionOptions {
  readonly clusterId?: string
  /** Otherwise that of a 1+1 cluster. */
  readonly spec?: ClusterSpec
  /** As whom khw calls; otherwise as the root. */
  readonly signIn?: (region: TestRegion) => Promise<NonNullable<RegionAccess['credentials']>>
  /** Instead of it, of a region in which there has to be something first. */
  readonly specIn?: (region: TestRegion) => Promise<ClusterSpec>
}

/** Requests are signed by the region's clock, however fast it runs. */
export function signBy(config: object, clock: Clock): void {
  Object.defineProperty(config, 'systemClockOffset', {get: () => clock.now() - Date.now(), set: () => undefined})
}

/** The steps' AWS half against the region's real API; its machines are recorded, not made. */
export class RegionRun {
  /** As khw has them: with its own rules of when to send again. */
  readonly clients: AwsClients

  private constructor(
    readonly region: TestRegion,
    readonly directory: string,
    readonly clusterId: string,
    readonly clock: Clock,
    readonly spec: ClusterSpec,
    credentials: NonNullable<RegionAccess['credentials']>,
  ) {
    const access = {...ACCESS, endpoint: region.endpoint, credentials}
    this.clients = awsClients(access, {clock})
    const {ec2, ec2Once, elb, iam} = this.clients
    for (const {config} of [ec2, ec2Once, elb, iam, region.ec2]) signBy(config, clock)
  }

  static async open({
    clusterId = 'c0ffee00-0000-4000-8000-000000000001',
    clock = systemClock,
    spec = sampleSpec({controllers: 1, workers: 1}),
    signIn = () => Promise.resolve(CREDENTIALS),
    specIn,
    ...options
  }: RegionRunOptions = {}): Promise<RegionRun> {
    const region = await testRegion({clock, ...options})
    return new RegionRun(
      region,
      mkdtempSync(join(tmpdir(), 'khw-steps-')),
      clusterId,
      clock,
      (await specIn?.(region)) ?? spec,
      await signIn(region),
    )
  }

  get journal(): Journal {
    return Journal.open(join(this.directory, 'journal'))
  }

  /** Runs all of the cluster's steps that speak to EC2; a lost journal means a run that remembers nothing. */
  async run(options: {loseJournal?: boolean; onEvent?: (event: RunEvent) => void} = {}): Promise<readonly RunEvent[]> {
    const {spec} = this
    const file = join(this.directory, 'journal')
    const header = {clusterId: this.clusterId, spec} as JournalHeader
    let journal: Journal
    try {
      journal = options.loseJournal === true ? Journal.create(file, header) : Journal.open(file)
    } catch {
      journal = Journal.create(file, header)
    }
    const {signal} = new AbortController()
    setMaxListeners(0, signal)
    const events: RunEvent[] = []
    const secrets = new FileSecretStore(join(this.directory, 'secrets'))
    const context = await awsHalfContext({
      header: {...header, createdAt: '2026-11-24T08:00:00.000Z', artifacts: ARTIFACTS},
      endpoint: this.region.endpoint,
      clients: this.clients,
      secrets,
      clock: this.clock,
      signal,
    })
    const steps = createPlan(spec).steps.filter(step => AWS_HALF.test(step.id))
    const onEvent = (event: RunEvent): void => {
      events.push(event)
      options.onEvent?.(event)
    }
    await runPlan({plan: plan(steps), journal, context, onEvent})
    return events
  }

  /** Ids of everything in the region that the cluster owns. */
  async ids(): Promise<readonly string[]> {
    const all = await takeInventory(this.clients, this.clusterId, new AbortController().signal)
    return resourcesOf(all).map(({id}) => id)
  }

  async close(): Promise<void> {
    this.clients.close()
    await this.region.close()
    rmSync(this.directory, {recursive: true})
  }
}

/** How many steps ended in which way. */
export function outcomes(events: readonly RunEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const event of events) if (event.type === 'step-done') counts[event.outcome] = (counts[event.outcome] ?? 0) + 1
  return counts
}
