import {setMaxListeners} from 'node:events'
import {expect} from 'chai'
import {resourcesOf, takeInventory, type Inventory} from '../../src/aws/inventory.js'
import type {DestroyReport} from '../../src/cluster/report.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {surplusOf} from '../../src/steps/duplicates/duplicates.js'
import {removeAll} from '../../src/steps/destroy/take-down.js'
import {settledInventory} from '../../src/steps/destroy/settled-inventory.js'
import {FastClock} from '../fast-clock.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

/** Mutating calls of a create of 1+1 with a load balancer. */
const CALLS = [
  'CreateVpc',
  'ModifyVpcAttribute',
  'CreateSubnet',
  'CreateInternetGateway',
  'AttachInternetGateway',
  'CreateRouteTable',
  'CreateRoute',
  'AssociateRouteTable',
  'CreateSecurityGroup',
  'AuthorizeSecurityGroupIngress',
  'ImportKeyPair',
  'RunInstances',
  'ModifyInstanceAttribute',
  'elasticloadbalancing:CreateLoadBalancer',
  'elasticloadbalancing:CreateTargetGroup',
  'elasticloadbalancing:ModifyTargetGroupAttributes',
  'elasticloadbalancing:CreateListener',
  'elasticloadbalancing:RegisterTargets',
]

const MINUTE = 60_000
/** 198.18.0.4 to 198.18.0.19 */
const PUBLIC_RANGE = {first: 0xc6120004, last: 0xc6120013}

describe('a create on a bad day of the region', function () {
  this.timeout(60_000)
  let run: RegionRun
  let faults: SettableFaults
  let clock: FastClock

  beforeEach(async () => {
    faults = new SettableFaults()
    clock = new FastClock(400, 2)
    const spec = sampleSpec({controllers: 1, workers: 1, loadBalancer: 'nlb'})
    run = await RegionRun.open({faults, clock, spec, publicRange: PUBLIC_RANGE})
  })
  afterEach(() => run.close())

  const {signal} = new AbortController()
  setMaxListeners(0, signal)
  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, signal)
  const destroy = async (): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> =>
    takeDown({
      ec2: run.clients.ec2,
      elb: run.clients.elb,
      iam: run.clients.iam,
      clusterId: run.clusterId,
      inventory: await inventory(),
      forceForeign: false,
      onEvent: () => undefined,
      clock,
      signal,
    })

  const expectWhole = async (): Promise<void> => {
    faults.set({})
    const counts: Record<string, number> = {}
    for (const {kind} of resourcesOf(await inventory())) counts[kind] = (counts[kind] ?? 0) + 1
    expect(counts).to.deep.equal({
      vpcs: 1,
      subnets: 3,
      internetGateways: 1,
      routeTables: 1,
      securityGroups: 3,
      keyPairs: 1,
      instances: 2,
      volumes: 2,
      networkInterfaces: 2,
      loadBalancers: 1,
      targetGroups: 1,
    })
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
  }

  it('sits out a minute of continuous throttling', async () => {
    faults.set({throttle: {always: true}})
    const over = clock.sleep(MINUTE).then(() => {
      faults.set({})
    })
    await run.run()
    await over
    await expectWhole()
  })

  it('sits out five minutes in which nothing that was made can be seen', async () => {
    faults.set({visibility: {byId: 5 * MINUTE, byTag: 5 * MINUTE}})
    await run.run()
    await expectWhole()
  })

  it('sits out ten minutes of interfaces that linger after a terminate', async () => {
    await run.run()
    faults.set({lingering: 10 * MINUTE})
    const before = clock.now()
    expect((await destroy()).remaining).to.deep.equal([])
    expect(clock.now() - before).to.be.at.least(10 * MINUTE)
  })

  it('takes down groups of which the rules that were made last can be seen late', async () => {
    await run.run()
    const rules = async () => (await inventory()).securityGroups.flatMap(group => group.IpPermissions ?? [])
    for (const {GroupId, IpPermissions} of (await inventory()).securityGroups)
      await run.clients.ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})
    faults.set({visibility: {byTag: 10 * MINUTE}})
    await run.run()
    expect(await rules(), 'to be seen').to.deep.equal([])
    expect((await destroy()).remaining).to.deep.equal([])
  })

  for (const action of CALLS) {
    it(`makes nothing twice when the answer of ${action} is lost after it was carried out`, async () => {
      faults.set({calls: [{action, when: 'after', how: 'drop', nth: 1, times: 1}]})
      await run.run()
      expect(faults.hits).to.deep.equal([action])
      await expectWhole()
    })

    it(`makes up for a ${action} that was lost on the way`, async () => {
      faults.set({calls: [{action, when: 'before', how: 'drop', nth: 1, times: 1}]})
      await run.run()
      expect(faults.hits).to.deep.equal([action])
      await expectWhole()
    })

    it(`makes nothing twice when ${action} is answered with an internal error although it was carried out`, async () => {
      faults.set({calls: [{action, when: 'after', how: {code: 'InternalError', status: 500}, every: 1, times: 2}]})
      await run.run()
      expect(new Set(faults.hits)).to.deep.equal(new Set([action]))
      await expectWhole()
    })
  }

  it('makes nothing twice when what it adopts can be seen late by its tags', async () => {
    faults.set({
      visibility: {byTag: 90_000},
      calls: ['Create*', 'elasticloadbalancing:Create*'].map(action => ({action, when: 'after', how: 'drop'})),
    })
    await run.run()
    expect(new Set(faults.hits)).to.deep.equal(new Set(CALLS.filter(action => /(^|:)Create/.test(action))))
    await expectWhole()
  })

  it('waits for what a run that was cut off has made, before it makes it again', async () => {
    faults.set({visibility: {byTag: 60_000}})
    await run.run()
    // The next run comes at once, and sees nothing of it yet.
    await run.run()
    await expectWhole()
  })

  it('looks again for what it has not seen at its start, however late a step has its turn', async () => {
    faults.set({visibility: {byTag: 20 * MINUTE}})
    await run.run()
    await run.run({
      onEvent: ({type}) => {
        // The run has just looked. When its first step asks, nobody has to wait for anything any more.
        if (type === 'planned') clock.skip(20 * MINUTE)
      },
    })
    await expectWhole()
  })

  it('stops at a quota, says which, and goes on when it was raised', async () => {
    faults.set({quotas: {vcpus: 2}})
    const error = await failureOf(run.run())
    expect(error).to.include({code: 'AWS_QUOTA'})
    expect(error?.message).to.include('VcpuLimitExceeded')
    faults.set({})
    await run.run()
    await expectWhole()
  })

  it('launches a machine anew that ended while it booted', async () => {
    faults.set({boots: [{name: 'sample-worker-1', times: 1, fail: {code: 'Client.VolumeLimitExceeded'}}]})
    const error = await failureOf(run.run())
    // It may have been seen while it was still pending.
    if (error !== undefined) expect(error.message).to.include('Client.VolumeLimitExceeded')
    await run.run()
    await expectWhole()
  })

  it('removes what there is twice all the same, and keeps what is in use', async () => {
    await run.run()
    const {vpcs, internetGateways, instances} = await inventory()
    const {ec2} = run.clients
    const tagsOf = (type: 'vpc' | 'internet-gateway', resource: {Tags?: unknown} | undefined) => ({
      TagSpecifications: [{ResourceType: type, Tags: (resource?.Tags ?? []) as {Key: string; Value: string}[]}],
    })
    const second = await ec2.createVpc({CidrBlock: '10.240.0.0/16', ...tagsOf('vpc', vpcs[0])})
    await ec2.createSubnet({VpcId: second.Vpc?.VpcId, CidrBlock: '10.240.7.0/24'})
    const gateway = await ec2.createInternetGateway(tagsOf('internet-gateway', internetGateways[0]))

    const surplus = surplusOf(await inventory(), new Set())
    expect(surplus.vpcs.map(v => v.VpcId)).to.deep.equal([second.Vpc?.VpcId])
    expect(surplus.internetGateways.map(g => g.InternetGatewayId)).to.deep.equal([
      gateway.InternetGateway?.InternetGatewayId,
    ])
    expect(surplus.instances).to.deep.equal([])
    // A subnet that carries no tag of ours is somebody else's; it keeps the VPC until its owner has removed it.
    const {Subnets = []} = await ec2.describeSubnets({Filters: [{Name: 'vpc-id', Values: [second.Vpc?.VpcId ?? '']}]})
    await ec2.deleteSubnet({SubnetId: Subnets[0]?.SubnetId})
    const kept = {...surplus, securityGroups: []}
    const {elb, iam} = run.clients
    const {clusterId} = run
    await removeAll({
      ec2,
      elb,
      iam,
      clusterId,
      inventory: surplus,
      kept,
      goneBalancers: [],
      letGoWithin: 60_000,
      onEvent: () => undefined,
      clock,
      signal,
    })
    expect((await inventory()).instances.map(i => i.InstanceId)).to.have.members(instances.map(i => i.InstanceId))
    await expectWhole()
  })
})

async function failureOf(work: Promise<unknown>): Promise<Error | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

describe('a destroy right after a create that was cut off', () => {
  it('waits for what was asked for last, and leaves none of it', async () => {
    const faults = new SettableFaults({visibility: {byTag: 60_000}})
    const clock = new FastClock(10)
    const run = await RegionRun.open({faults, clock})
    try {
      await run.run()
      const {signal} = new AbortController()
      const {ec2, elb, iam} = run.clients
      const notices: string[] = []
      const options = {
        ec2,
        elb,
        iam,
        journal: run.journal,
        clock,
        signal,
        onNotice: (text: string) => notices.push(text),
      }
      expect((await takeInventory(run.clients, run.clusterId, signal)).instances).to.deep.equal([])
      const inventory = await settledInventory(options)
      expect(inventory.instances).to.have.length(2)
      expect(notices).to.have.length(1)
      await takeDown({
        ec2,
        elb,
        iam,
        clusterId: run.clusterId,
        inventory,
        forceForeign: false,
        onEvent: () => undefined,
        clock,
        signal,
      })
      expect(await run.ids()).to.deep.equal([])
      // As after khw local reset: what was made in a region that is gone is not looked for.
      const before = notices.length
      expect((await settledInventory({...options, begunAt: clock.now() + 1})).vpcs).to.deep.equal([])
      expect(notices).to.have.length(before)
    } finally {
      await run.close()
    }
  }).timeout(60_000)
})
