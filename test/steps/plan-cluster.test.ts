import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {takeInventory} from '../../src/aws/inventory.js'
import {homeOf} from '../../src/cluster/home.js'
import {KhwError} from '../../src/errors.js'
import {createPlan} from '../../src/steps/create-plan.js'
import type {JournalHeader, StepRecord} from '../../src/steps/engine/journal-content.js'
import {ENCRYPTION_KEYS} from '../../src/pki/encryption.js'
import {advanceRing, ensureRing} from '../../src/pki/key-ring.js'
import {SERVICE_ACCOUNT_KEYS} from '../../src/pki/pki.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {sampleSpec} from './sample-spec.js'
import {planCluster, unfinishedWork, type PlanReport} from '../../src/steps/plan-cluster.js'
import {plannedSteps, type PlannedStep} from '../../src/steps/planned-steps.js'
import type {CreateRequest} from '../../src/steps/request/create-request.js'
import {reaches} from '../local/api/test-region.js'
import {ARTIFACTS, RegionRun} from './region-run.js'
import {ACCESS} from './run-context.js'

const {signal} = new AbortController()

const planned = async (request: CreateRequest, until?: string) => {
  const data = mkdtempSync(join(tmpdir(), 'khw-plan-'))
  try {
    return await planCluster({home: homeOf({KHW_HOME: data}), request, ...(until !== undefined && {until}), signal})
  } finally {
    rmSync(data, {recursive: true})
  }
}

describe('the plan of a cluster that is not there', () => {
  const request: CreateRequest = {provider: 'aws', region: 'us-west-2', controllers: 1, workers: 1}

  it('creates everything, asks nobody, and says what it takes', async () => {
    const {spec, steps, estimate} = await planned(request)
    expect(spec).to.include({name: 'hard-way', region: 'us-west-2', controllers: 1})
    expect([...new Set(steps.map(({action}) => action))]).to.deep.equal(['create'])
    expect(steps.find(({id}) => id === 'compute/instance/worker-1')?.needs).to.include('network/subnet/1')
    expect(estimate.seconds).to.be.above(60)
    expect(estimate.ttl).to.equal(8 * 3600)
    expect(estimate.cost?.total).to.be.closeTo(8 * (estimate.cost?.perHour ?? 0), 1e-9)
    expect(estimate.cost?.perHour).to.be.closeTo(0.0976, 0.0005)
  })

  it('costs at most what the dearest of its types does', async () => {
    const {estimate} = await planned({...request, workerTypes: ['t3.medium', 'm5.4xlarge']})
    expect(estimate.cost).to.include({atMost: true})
    expect(estimate.cost?.perHour).to.be.greaterThan(0.768)
  })

  it('costs nothing on this machine, has no total without an end, and may be too dear', async () => {
    expect((await planned({...request, ttl: null})).estimate).to.deep.include({ttl: null})
    expect((await planned({...request, ttl: null})).estimate.cost?.total).to.equal(null)
    const here: CreateRequest = {provider: 'local', controllers: 1, workers: 1}
    if (process.platform === 'linux') expect((await planned(here)).estimate.cost).to.equal(null)
    const error: unknown = await planned({...request, maxCost: {amount: 0.1, per: 'ttl'}}).catch((e: unknown) => e)
    expect(error).to.include({code: 'COST_LIMIT'})
  })

  it('has what is to be had where its artifacts come from, and is refused where a create would be', async function () {
    if (process.platform !== 'linux') this.skip()
    const idsOf = ({steps}: PlanReport): readonly string[] => steps.map(({id}) => id)
    const here: CreateRequest = {provider: 'local', controllers: 1, workers: 1}
    const debian = await planned({...here, artifacts: 'debian'})
    expect(debian.spec.region).to.equal('local-1')
    expect(debian.spec).to.include({kubernetesVersion: '1.20.2', artifactSource: 'debian'})
    expect(idsOf(debian)).not.to.include('addons/coredns')
    expect(debian.notices.join()).to.include('CoreDNS is skipped')
    const given = await planned({...here, artifacts: 'debian', addons: [{name: 'coredns', image: 'r.example/dns:1'}]})
    expect(idsOf(given)).to.include('addons/coredns')
    const upstream = await planned({...here, artifacts: 'upstream'})
    expect(idsOf(upstream)).to.include('addons/coredns')
    expect(upstream.notices).to.deep.equal([])
    const {HTTPS_PROXY, NO_PROXY} = process.env
    // Nothing listens at port 9 (discard) of this machine: no site can be reached.
    Object.assign(process.env, {HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: ''})
    try {
      const auto = await planned(here)
      expect(idsOf(auto)).to.deep.equal(idsOf(debian))
      expect(auto.notices[0]).to.match(/^Artifacts come from Debian 12, since /)
      for (const more of [
        {kubernetesVersion: '1.36'},
        {cni: 'kube-network-policies'},
        {addons: [{name: 'metrics-server'}]},
      ] satisfies CreateRequest[])
        expect(await planned({...here, ...more}).catch((e: unknown) => e)).to.be.instanceOf(KhwError)
    } finally {
      for (const [name, value] of Object.entries({HTTPS_PROXY, NO_PROXY}))
        if (value === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = value
    }
  })

  it('ends after a phase', async () => {
    const {steps} = await planned(request, 'network')
    expect([...new Set(steps.map(({phase}) => phase))]).to.deep.equal(['network'])
  })
})

const NOW = Date.parse('2026-11-26T08:00:00Z')

describe('what a plan says of unfinished work', () => {
  const none = {
    header: {spec: sampleSpec({name: 'lab', controllers: 1, workers: 1})} as JournalHeader,
    renewing: false,
    rotating: {},
    steps: {},
  }

  it('names a renewal, and a rotation whether or not the journal knows of it', async () => {
    const secrets = new MemorySecretStore()
    await ensureRing(secrets, ENCRYPTION_KEYS)
    expect(await unfinishedWork(none, secrets, NOW)).to.deep.equal([])
    expect((await unfinishedWork({...none, renewing: true}, secrets, NOW)).join()).to.include('khw certs renew lab')
    const asked = await unfinishedWork({...none, rotating: {encryption: 'key-1'}}, secrets, NOW)
    expect(asked.join()).to.include('khw keys rotate lab')
    await advanceRing(secrets, ENCRYPTION_KEYS, 'key-1')
    expect(await unfinishedWork(none, secrets, NOW)).to.deep.equal(asked)
  })

  it('is silent on a rotation that has nothing to do but to wait until tokens have ended', async () => {
    const secrets = new MemorySecretStore()
    await ensureRing(secrets, SERVICE_ACCOUNT_KEYS)
    for (let i = 0; i < 2; i++) await advanceRing(secrets, SERVICE_ACCOUNT_KEYS, 'key-1')
    const at = '2026-11-26T08:00:00Z'
    const end = Date.parse(at)
    const record: StepRecord = {
      ...{status: 'done', inputs: '', output: {minted: 0, until: at}, generation: at},
      ...{startedAt: at, seconds: 1, waitedFor: null},
    }
    const waiting = {...none, rotating: {'service-account': 'key-1'}}
    const counted = async (journal: typeof none, now: number): Promise<number> =>
      (await unfinishedWork(journal, secrets, now)).length
    expect(await counted(waiting, end - 1)).to.equal(1)
    const known = {...waiting, steps: {'keys/tokens': record}}
    expect(await counted(known, end - 1)).to.equal(0)
    expect(await counted(known, end), 'the old key can go').to.equal(1)
  })
})

describe('the plan of a cluster that is there', function () {
  this.timeout(30_000)
  let run: RegionRun
  let calls = 0
  before(async () => {
    run = await RegionRun.open()
    for (const {middlewareStack} of [run.clients.ec2, run.clients.ec2Once]) {
      middlewareStack.add(
        (next, {commandName = ''}) =>
          args => {
            if (!/^(Describe|Get)/.test(commandName)) {
              calls += 1
            }
            return next(args)
          },
        {step: 'initialize', name: 'count'},
      )
    }
    await run.run()
  })
  after(() => run.close())

  const steps = async (journal: Pick<RegionRun['journal'], 'steps'>): Promise<readonly PlannedStep[]> => {
    const {spec, clients, clusterId} = run
    const inventory = await takeInventory({...clients, spec}, clusterId, signal)
    return plannedSteps(createPlan(spec), {journal, inventory, spec, access: ACCESS, artifacts: ARTIFACTS})
  }
  const actionsOf = (all: readonly PlannedStep[], pattern: RegExp): string[] => [
    ...new Set(all.filter(({id}) => pattern.test(id)).map(({action}) => action)),
  ]

  it('took as many calls as were planned', async () => {
    const {estimate} = await planned({provider: 'aws', controllers: 1, workers: 1})
    expect(calls).to.equal(estimate.calls)
  })

  it('keeps what is done and creates what is not', async () => {
    const all = await steps(run.journal)
    expect(actionsOf(all, /^(network|access|compute|routing)\//)).to.deep.equal(['keep'])
    expect(actionsOf(all, /^(node|etcd|control-plane|worker)\//)).to.deep.equal(['create'])
  })

  it('adopts resources of which the record says nothing', async () => {
    const all = await steps({steps: {}})
    expect(actionsOf(all, /^network\/(vpc|subnet\/\d|route-table|internet-gateway)$/)).to.deep.equal(['adopt'])
  })

  it('puts back a route that somebody has deleted', async () => {
    const {ec2} = run.region
    const {routeTables} = await takeInventory(run.clients, run.clusterId, signal)
    const RouteTableId = routeTables[0]?.RouteTableId ?? ''
    await ec2.deleteRoute({RouteTableId, DestinationCidrBlock: '10.200.1.0/24'})
    const all = await steps(run.journal)
    expect(actionsOf(all, /^routing\//)).to.deep.equal(['create'])
    expect(actionsOf(all, /^(network|access|compute)\//)).to.deep.equal(['keep'])
  })

  it('creates anew what is gone, and all that was made from it', async () => {
    const {ec2} = run.region
    const {instances} = await takeInventory(run.clients, run.clusterId, signal)
    const worker = instances.find(({Tags = []}) => Tags.some(({Value}) => Value === 'compute/instance/worker-1'))
    await ec2.terminateInstances({InstanceIds: [worker?.InstanceId ?? '']})
    await reaches(ec2, worker?.InstanceId ?? '', 'terminated')
    const all = await steps(run.journal)
    expect(actionsOf(all, /^compute\/instance\/worker-1$/)).to.deep.equal(['create'])
    // They are there, and go on with another machine.
    expect(actionsOf(all, /^routing\/|^compute\/addresses/)).to.deep.equal(['check'])
    expect(actionsOf(all, /^compute\/instance\/controller-1$/)).to.deep.equal(['keep'])
  })
})
