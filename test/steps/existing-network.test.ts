import {setMaxListeners} from 'node:events'
import type {EC2} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {takeInventory, type Inventory} from '../../src/aws/inventory.js'
import {systemClock} from '../../src/clock.js'
import {controllersOf, workersOf} from '../../src/cluster/addressing.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import type {DestroyReport} from '../../src/cluster/report.js'
import {KhwError} from '../../src/errors.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {specInput} from '../../src/steps/request/check-request.js'
import {liveHosts, livePublicIps} from '../../src/steps/compute/node-instance.js'
import type {CreateRequest} from '../../src/steps/request/create-request.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {findClusters} from '../../src/steps/clusters/find-clusters.js'
import {operatorChanges} from '../../src/steps/network/operator-rules.js'
import {networkFindings} from '../../src/steps/preflight/network-findings.js'
import {hostOf} from '../../src/steps/node/host.js'
import {runPreflight} from '../../src/steps/preflight/run-preflight.js'
import {FastClock} from '../fast-clock.js'
import {CREDENTIALS, IMAGE, launch, present, reaches, type TestRegion} from '../local/api/test-region.js'
import {foreignNetwork, type ForeignNetwork} from './foreign-network.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

const {signal} = new AbortController()
setMaxListeners(0, signal)

/** Ones that the machines reach without the internet. */
const nodeProxy = 'http://10.50.9.9:3128'
const mirror = 'http://10.50.9.9/'

/** What the region has, of all kinds that a network is made of. */
async function everythingIn(ec2: EC2): Promise<string> {
  const all = await Promise.all([
    ec2.describeVpcs({}),
    ec2.describeSubnets({}),
    ec2.describeRouteTables({}),
    ec2.describeInternetGateways({}),
    ec2.describeSecurityGroups({}),
    ec2.describeNetworkInterfaces({}),
    ec2.describeKeyPairs({}),
  ])
  return JSON.stringify(all.map(answer => ({...answer, $metadata: {}})))
}

/** A spec as a create makes it of the request, after a look at the network. */
async function specFor(region: TestRegion, request: CreateRequest): Promise<ClusterSpec> {
  const access = {
    provider: 'local',
    region: 'local-1',
    operatorCidr: '203.0.113.7/32',
    endpoint: region.endpoint,
    credentials: CREDENTIALS,
  } as const
  const asked = specInput(request, 'sample', 'amd64')
  const {facts, refuseFailed} = await runPreflight({
    spec: asked,
    access,
    ranges: undefined,
    artifacts: undefined,
    resumed: undefined,
    signal,
  })
  refuseFailed()
  const network = present((await facts.network()).network)
  return clusterSpec({...asked, kubernetesVersion: '1.36.2', region: 'local-1', network})
}

describe('a cluster in a VPC of somebody else', function () {
  this.timeout(30_000)
  let run: RegionRun
  let faults: SettableFaults
  let theirs: ForeignNetwork
  /** Everything in the region, as it was before. */
  let before: string

  beforeEach(async () => {
    faults = new SettableFaults()
    run = await RegionRun.open({
      faults,
      specIn: async region => {
        theirs = await foreignNetwork(region.ec2)
        return specFor(region, theirs.request)
      },
    })
    before = await everything()
  })
  afterEach(() => run.close())

  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, signal)

  const everything = (): Promise<string> => everythingIn(run.region.ec2)

  const destroy = async (forceForeign = false): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> =>
    takeDown({
      ...run.clients,
      clusterId: run.clusterId,
      inventory: await inventory(),
      forceForeign,
      onEvent: () => undefined,
      clock: systemClock,
      signal,
    })

  const routesTo = async (range: string): Promise<string[]> => {
    const {RouteTables = []} = await run.region.ec2.describeRouteTables({})
    return RouteTables.flatMap(({RouteTableId = '', Routes = []}) =>
      Routes.filter(route => route.DestinationCidrBlock === range).map(
        route => `${RouteTableId} ${route.NetworkInterfaceId ?? ''} ${route.State ?? ''}`,
      ),
    ).sort()
  }

  const interfaceOf = async (node: string): Promise<string> => {
    const {instances} = await inventory()
    const instance = instances.find(i => i.Tags?.some(tag => tag.Value === `compute/instance/${node}`))
    return present(instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId)
  }

  const failure = async (work: Promise<unknown>): Promise<KhwError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error instanceof KhwError) return error
    throw new Error('it did not fail as expected', {cause: error})
  }

  it('stands in its subnets at addresses that EC2 chooses, and adds nothing of a network but groups and routes', async () => {
    await run.run()
    const {vpcs, subnets, internetGateways, routeTables, securityGroups, instances} = await inventory()
    expect([vpcs, subnets, internetGateways, routeTables].map(list => list.length)).to.deep.equal([0, 0, 0, 0])
    expect(new Set(securityGroups.map(group => group.VpcId))).to.deep.equal(new Set([theirs.vpcId]))
    expect(instances.map(i => i.SubnetId).sort()).to.deep.equal(
      [...theirs.publicSubnets, theirs.publicSubnets[0]].sort(),
    )
    const record = run.journal.steps['compute/addresses']
    const {privateIps} = record?.status === 'done' ? (record.output as {privateIps: Record<string, string>}) : {}
    expect(Object.values(privateIps ?? {}).sort()).to.deep.equal(instances.map(i => i.PrivateIpAddress).sort())
    for (const [number, node] of ['worker-1', 'worker-2'].entries()) {
      const to = await interfaceOf(node)
      const expected = [theirs.mainTableId, theirs.tableId].map(table => `${table} ${to} active`).sort()
      expect(await routesTo(`10.200.${number + 1}.0/24`)).to.deep.equal(expected)
    }
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
  })

  it('is taken down without a trace, by its tags alone, and what is theirs is as it was', async () => {
    await run.run()
    expect(await everything()).not.to.equal(before)
    const {removed, remaining} = await destroy()
    expect(remaining).to.deep.equal([])
    expect([...new Set(removed.map(({type}) => type))].sort()).to.deep.equal(['instance', 'key-pair', 'security-group'])
    expect(await everything()).to.equal(before)
  })

  it('is taken down with the routes of a worker that ended by itself', async () => {
    await run.run()
    const {instances} = await inventory()
    const ids = instances.flatMap(({InstanceId = '', Tags}) =>
      Tags?.some(tag => tag.Value === 'compute/instance/worker-1') === true ? [InstanceId] : [],
    )
    await run.region.ec2.terminateInstances({InstanceIds: ids})
    await reaches(run.region.ec2, present(ids[0]), 'terminated')
    expect((await routesTo('10.200.1.0/24')).join()).to.include('blackhole')
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await everything()).to.equal(before)
  })

  it('gets its routes back to a worker that is launched anew', async () => {
    await run.run()
    const old = await interfaceOf('worker-1')
    const {instances} = await inventory()
    const lost = instances.find(i => i.Tags?.some(tag => tag.Value === 'compute/instance/worker-1'))
    await run.region.ec2.terminateInstances({InstanceIds: [present(lost?.InstanceId)]})
    await reaches(run.region.ec2, present(lost?.InstanceId), 'terminated')
    await run.run()
    const fresh = await interfaceOf('worker-1')
    expect(fresh).not.to.equal(old)
    const expected = [theirs.mainTableId, theirs.tableId].map(table => `${table} ${fresh} active`).sort()
    expect(await routesTo('10.200.1.0/24')).to.deep.equal(expected)
  })

  it('gets back a route that somebody has deleted, and has those of a table that a subnet goes by from now on', async () => {
    await run.run()
    const {ec2} = run.region
    const range = {DestinationCidrBlock: '10.200.1.0/24'}
    const there = await routesTo('10.200.1.0/24')
    await ec2.deleteRoute({RouteTableId: theirs.tableId, ...range})
    const again = await run.run()
    expect(await routesTo('10.200.1.0/24')).to.deep.equal(there)
    expect(outcomes(again)).to.include({created: 1})
    const done = again.flatMap(event => (event.type === 'step-done' && event.outcome !== 'kept' ? [event.id] : []))
    expect(done).to.deep.equal(['routing/pod-route/worker-1'])

    const {RouteTable} = await ec2.createRouteTable({VpcId: theirs.vpcId})
    const fresh = present(RouteTable?.RouteTableId)
    await ec2.createRoute({RouteTableId: fresh, DestinationCidrBlock: '0.0.0.0/0', GatewayId: theirs.gatewayId})
    const {RouteTables = []} = await ec2.describeRouteTables({RouteTableIds: [theirs.tableId]})
    const AssociationId = present(RouteTables[0]?.Associations?.[0]?.RouteTableAssociationId)
    await ec2.replaceRouteTableAssociation({AssociationId, RouteTableId: fresh})
    await run.run()
    for (const number of [1, 2]) {
      const to = await interfaceOf(`worker-${number}`)
      expect(await routesTo(`10.200.${number}.0/24`)).to.include(`${fresh} ${to} active`)
    }
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    expect((await destroy()).remaining).to.deep.equal([])
    for (const number of [1, 2]) expect(await routesTo(`10.200.${number}.0/24`)).to.deep.equal([])
  })

  for (const when of ['before', 'after'] as const)
    it(`has all its routes though the connection broke ${when} one was made, and leaves none`, async () => {
      faults.set({calls: [{action: 'CreateRoute', when, nth: 2, how: 'drop'}]})
      await run.run()
      faults.set({})
      for (const range of ['10.200.1.0/24', '10.200.2.0/24']) expect(await routesTo(range)).to.have.length(2)
      expect((await destroy()).remaining).to.deep.equal([])
      expect(await everything()).to.equal(before)
    })

  it('does not cost anything any more, though its routes may not be deleted, and can be taken down later', async () => {
    await run.run()
    const how = {code: 'UnauthorizedOperation', status: 403}
    faults.set({calls: [{action: 'DeleteRoute', when: 'before', how, nth: 1, times: 9}]})
    const {removed, remaining} = await destroy()
    expect(removed.filter(({type}) => type === 'instance')).to.have.length(run.spec.controllers + run.spec.workers)
    expect(new Set(remaining.map(({type}) => type))).to.deep.equal(new Set(['key-pair', 'security-group']))
    for (const {why} of remaining) expect(why).to.include('UnauthorizedOperation')
    expect((await routesTo('10.200.1.0/24')).join()).to.include('blackhole')
    faults.set({})
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await everything()).to.equal(before)
  })

  it('still has its machines, and says why, when nothing of it may be deleted', async () => {
    await run.run()
    const how = {code: 'UnauthorizedOperation', status: 403}
    const refused = ['DeleteRoute', 'TerminateInstances'].map(
      action => ({action, when: 'before', how, nth: 1, times: 9}) as const,
    )
    faults.set({calls: refused})
    expect((await failure(destroy())).code).to.equal('AWS_AUTH')
    expect((await inventory()).instances).to.have.length(run.spec.controllers + run.spec.workers)
  })

  it('leaves routes alone that are not its own, though they look like it: those to its pods, and those to its machines', async () => {
    const {ec2} = run.region
    const {SecurityGroups = []} = await ec2.describeSecurityGroups({
      Filters: [{Name: 'group-name', Values: ['theirs']}],
    })
    const groupId = present(SecurityGroups[0]?.GroupId)
    const mine = await launch(ec2, {vpcId: theirs.vpcId, subnetId: theirs.publicSubnets[0], groupId})
    await reaches(ec2, mine, 'running')
    const {Reservations = []} = await ec2.describeInstances({InstanceIds: [mine]})
    const eni = present(Reservations[0]?.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId)
    const route = {RouteTableId: theirs.tableId, DestinationCidrBlock: '10.200.2.0/24', NetworkInterfaceId: eni}
    await ec2.createRoute(route)
    expect((await failure(run.run())).message).to.include(
      `${theirs.tableId} has a route to 10.200.2.0/24 already, which is not the cluster's`,
    )
    const others = {RouteTableId: theirs.tableId, DestinationCidrBlock: '192.168.0.0/16'}
    await ec2.createRoute({...others, NetworkInterfaceId: await interfaceOf('worker-1')})
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await routesTo('10.200.1.0/24')).to.deep.equal([])
    expect(await routesTo('10.200.2.0/24')).to.deep.equal([`${theirs.tableId} ${eni} active`])
    expect((await routesTo('192.168.0.0/16')).join()).to.include('blackhole')
  })

  it('leaves a group that others use, and their machine, even if it is to remove what is in its own VPC', async () => {
    await run.run()
    const {ec2} = run.region
    const {securityGroups} = await inventory()
    const groupId = present(securityGroups.find(g => g.GroupName === 'sample-worker')?.GroupId)
    const guest = await launch(ec2, {vpcId: theirs.vpcId, subnetId: theirs.publicSubnets[1], groupId})
    await reaches(ec2, guest, 'running')
    const {remaining} = await destroy(true)
    expect(remaining.map(({id}) => id)).to.deep.equal([groupId])
    await reaches(ec2, guest, 'running')
  })

  it('says what it was asked to be on the group of its controllers', async () => {
    await run.run()
    const [cluster] = await findClusters(run.clients, signal)
    expect(cluster?.record?.spec).to.deep.equal(run.spec)
  })

  it('is refused, before anything is made, with all that is against it', async () => {
    const {ec2} = run.region
    const refused = async (change: Partial<CreateRequest>): Promise<string> => {
      const error = await failure(specFor(run.region, {...theirs.request, ...change}))
      expect(error.code).to.equal('INVALID_SPEC')
      return error.message
    }
    expect(await refused({vpcId: 'vpc-0123456789abcdef0'})).to.equal(
      'There is no VPC vpc-0123456789abcdef0 in local-1.',
    )
    expect(await refused({subnetIds: [theirs.publicSubnets[0], 'subnet-0123456789abcdef0']})).to.equal(
      `${theirs.vpcId} has no subnet subnet-0123456789abcdef0.`,
    )
    expect(
      await refused({workers: 251, network: {podCidr: '10.192.0.0/12'}, subnetIds: [theirs.publicSubnets[0]]}),
    ).to.match(/has 251 free addresses, and 252 machines/)
    await ec2.createSecurityGroup({VpcId: theirs.vpcId, GroupName: 'sample-worker', Description: 'as if'})
    await ec2.modifyVpcAttribute({VpcId: theirs.vpcId, EnableDnsSupport: {Value: false}})
    await ec2.createRoute({
      RouteTableId: theirs.tableId,
      DestinationCidrBlock: '10.200.128.0/17',
      GatewayId: theirs.gatewayId,
    })
    const all = await refused({network: {serviceCidr: '10.50.8.0/24'}})
    expect(all.split('\n')).to.deep.equal([
      `--pod-cidr 10.200.0.0/16 overlaps the route to 10.200.128.0/17 of ${theirs.tableId}: packets for one would reach the other.`,
      "--service-cidr 10.50.8.0/24 overlaps the VPC's own 10.50.0.0/16: packets for one would reach the other.",
      `${theirs.vpcId} has its resolver switched off (enableDnsSupport): machines in it could look up no name.`,
      `${theirs.vpcId} has a security group "sample-worker" already, which is not this cluster's.`,
    ])
    expect(await run.ids()).to.deep.equal([])
  })
})

describe('a cluster with a load balancer in a VPC of somebody else', function () {
  this.timeout(30_000)
  let run: RegionRun
  let theirs: ForeignNetwork
  afterEach(() => run.close())

  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, signal)

  it('has that in the public subnets, may change who reaches it, and takes it along', async () => {
    run = await RegionRun.open({
      clock: new FastClock(50),
      publicRange: {first: 0xc6120004, last: 0xc6120013},
      specIn: async region => {
        theirs = await foreignNetwork(region.ec2)
        const subnetIds = [theirs.publicSubnets[1], theirs.privateSubnet]
        return specFor(region, {...theirs.request, nodeProxy, subnetIds, controllers: 3, loadBalancer: 'nlb'})
      },
    })
    const before = await everythingIn(run.region.ec2)
    await run.run()
    const all = await inventory()
    expect(all.loadBalancers.map(({AvailabilityZones = []}) => AvailabilityZones.map(z => z.SubnetId))).to.deep.equal([
      [theirs.publicSubnets[1]],
    ])
    const changes = operatorChanges(run.spec, ['192.0.2.9/32'], [], all)
    expect(changes.map(({missing, stale}) => [missing.length, stale.length])).to.deep.equal([
      [2, 2],
      [1, 1],
    ])
    const {remaining} = await takeDown({
      ...run.clients,
      clusterId: run.clusterId,
      inventory: all,
      forceForeign: false,
      onEvent: () => undefined,
      clock: run.clock,
      signal,
    })
    expect(remaining).to.deep.equal([])
    expect(await everythingIn(run.region.ec2)).to.equal(before)
  })
})

describe('a cluster whose workers are private', function () {
  this.timeout(30_000)
  let run: RegionRun
  afterEach(() => run.close())

  const machines = async (): Promise<Record<string, {subnetId: string; isPublic: boolean}>> => {
    const {instances} = await takeInventory(run.clients, run.clusterId, signal)
    return Object.fromEntries(
      instances.map(({Tags, SubnetId = '', PublicIpAddress}) => [
        Tags?.find(tag => tag.Key === 'Name')?.Value ?? '',
        {subnetId: SubnetId, isPublic: PublicIpAddress !== undefined},
      ]),
    )
  }
  const sshRules = async (group: string): Promise<string[]> => {
    const {securityGroups} = await takeInventory(run.clients, run.clusterId, signal)
    const rules = securityGroups.find(g => g.GroupName === group)?.IpPermissions ?? []
    return rules
      .filter(rule => rule.FromPort === 22)
      .flatMap(({IpRanges = [], UserIdGroupPairs = []}) => [
        ...IpRanges.map(range => range.CidrIp ?? ''),
        ...UserIdGroupPairs.map(
          pair => securityGroups.find(g => g.GroupId === pair.GroupId)?.GroupName ?? 'somebody else',
        ),
      ])
  }

  it('has them in the subnets without a way in, and its controllers in the others', async () => {
    let theirs: ForeignNetwork | undefined
    run = await RegionRun.open({
      specIn: async region => {
        theirs = await foreignNetwork(region.ec2)
        const {publicSubnets, privateSubnet, request} = theirs
        return specFor(region, {...request, nodeProxy, subnetIds: [privateSubnet, publicSubnets[1]]})
      },
    })
    const {publicSubnets, privateSubnet} = present(theirs)
    await run.run()
    expect(await machines()).to.deep.equal({
      'sample-controller-1': {subnetId: publicSubnets[1], isPublic: true},
      'sample-worker-1': {subnetId: privateSubnet, isPublic: false},
      'sample-worker-2': {subnetId: privateSubnet, isPublic: false},
    })
    expect(await sshRules('sample-controller')).to.deep.equal(['203.0.113.7/32'])
    expect(await sshRules('sample-worker')).to.deep.equal(['sample-controller'])
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
  })

  it('reaches them through its controllers', async () => {
    const spec = clusterSpec({...sampleSpec({controllers: 1, workers: 1}), network: {privateWorkers: true}})
    run = await RegionRun.open({spec})
    await run.run()
    const inventory = await takeInventory(run.clients, run.clusterId, signal)
    const publicIps = livePublicIps(spec, inventory)
    const controller = {host: present(publicIps['controller-1'])}
    const worker = {host: '10.240.0.31', via: [{name: 'controller-1', ...controller}]}
    expect(liveHosts(spec, inventory)).to.deep.equal({'controller-1': controller, 'worker-1': worker})
    const [one, other] = [...controllersOf(spec), ...workersOf(spec)]
    expect(hostOf(spec, {publicIps}, present(one))).to.deep.equal(controller)
    expect(hostOf(spec, {publicIps}, present(other))).to.deep.equal(worker)
  })

  it('is refused where they could fetch nothing, or where nobody could reach a controller', async () => {
    run = await RegionRun.open()
    const {publicSubnets, privateSubnet, request} = await foreignNetwork(run.region.ec2)
    const refusal = (change: Partial<CreateRequest>): Promise<string> =>
      specFor(run.region, {...request, ...change}).then(
        () => 'it was let through',
        (error: unknown) => (error instanceof KhwError ? error.message : String(error)),
      )
    const shut = (subnet: string): string =>
      `Machines without a public address in ${subnet} could fetch nothing: its route table has no route to the internet for them.`
    expect(await refusal({subnetIds: [publicSubnets[0], privateSubnet]})).to.equal(shut(privateSubnet))
    expect(await refusal({privateWorkers: true})).to.equal(publicSubnets.map(shut).join('\n'))
    expect(await refusal({subnetIds: [privateSubnet], nodeProxy})).to.match(/khw could not reach a controller/)
    const subnetIds = [publicSubnets[0], privateSubnet]
    expect(await refusal({subnetIds, nodeProxy})).to.equal('it was let through')
    // A mirror has no packages, which an image may have.
    expect(await refusal({subnetIds, mirror})).to.equal(shut(privateSubnet))
    expect(await refusal({subnetIds, image: IMAGE.imageId})).to.equal(shut(privateSubnet))
    expect(await refusal({subnetIds, mirror, image: IMAGE.imageId})).to.equal('it was let through')
    const asked = specInput({provider: 'local', privateWorkers: true}, 'sample', 'amd64')
    const question = {ec2: run.region.ec2, region: 'local-1', spec: asked, signal}
    expect((await networkFindings({...question, selfSufficient: false})).problems.map(({what}) => what)).to.deep.equal([
      'Workers without public addresses could fetch nothing: khw makes no NAT gateway in a network of its own.',
    ])
    expect((await networkFindings({...question, selfSufficient: true})).problems).to.deep.equal([])
  })
})
