import {setMaxListeners} from 'node:events'
import {join} from 'node:path'
import {expect} from 'chai'
import {parse} from 'yaml'
import {resourcesOf, takeInventory, type Inventory} from '../../src/aws/inventory.js'
import {loadBalancerName} from '../../src/aws/load-balancers.js'
import {tagValue} from '../../src/aws/tags.js'
import type {ClusterReport, DestroyReport} from '../../src/cluster/report.js'
import type {KubernetesApi} from '../../src/kubernetes/api.js'
import {ensurePki} from '../../src/pki/pki.js'
import {keepKubeconfig} from '../../src/steps/cluster-status.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import type {RunContext} from '../../src/steps/engine/context.js'
import {inputsDigest, Journal} from '../../src/steps/engine/journal.js'
import {tagExpiry} from '../../src/steps/expiry/tags.js'
import {healDuplicates} from '../../src/steps/duplicates/heal-duplicates.js'
import {checkLoadBalancer} from '../../src/steps/load-balancer/check.js'
import {FastClock} from '../fast-clock.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {present} from '../local/api/test-region.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

/** 198.18.0.4 to 198.18.0.19 */
const PUBLIC_RANGE = {first: 0xc6120004, last: 0xc6120013}

describe('the load balancer of a cluster', function () {
  this.timeout(30_000)
  let run: RegionRun
  beforeEach(async () => {
    const spec = sampleSpec({controllers: 3, workers: 1, loadBalancer: 'nlb'})
    run = await RegionRun.open({spec, publicRange: PUBLIC_RANGE, clock: new FastClock(50)})
  })
  afterEach(() => run.close())

  const {signal} = new AbortController()
  setMaxListeners(0, signal)
  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, signal)
  const destroy = async (forceForeign = false): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> =>
    takeDown({
      ec2: run.clients.ec2,
      elb: run.clients.elb,
      iam: run.clients.iam,
      clusterId: run.clusterId,
      inventory: await inventory(),
      forceForeign,
      onEvent: () => undefined,
      clock: run.clock,
      signal,
    })
  const controllers = ({instances}: Inventory): (string | undefined)[] =>
    instances.flatMap(i => (i.Tags?.some(tag => tag.Value?.startsWith('sample-controller')) ? [i.InstanceId] : []))

  it('stands in each zone, behind a group of its own, with the API servers behind it', async () => {
    await run.run()
    const all = await inventory()
    const [balancer, ...others] = all.loadBalancers
    const [group, ...more] = all.targetGroups
    expect([...others, ...more]).to.deep.equal([])
    expect(balancer).to.include({LoadBalancerName: loadBalancerName(run.clusterId), Scheme: 'internet-facing'})
    expect(balancer?.AvailabilityZones?.map(zone => zone.ZoneName)).to.deep.equal(['local-1a', 'local-1b', 'local-1c'])
    const own = all.securityGroups.find(g => g.GroupName === 'sample-load-balancer')
    expect(balancer?.SecurityGroups).to.deep.equal([own?.GroupId])
    expect(own?.IpPermissions?.map(p => [p.FromPort, p.IpRanges?.map(r => r.CidrIp)])).to.deep.equal([
      [6443, ['203.0.113.7/32']],
    ])
    const admitted = all.securityGroups
      .find(g => g.GroupName === 'sample-controller')
      ?.IpPermissions?.filter(p => p.UserIdGroupPairs?.some(pair => pair.GroupId === own?.GroupId))
    expect(admitted?.map(p => p.FromPort).sort()).to.deep.equal([6443, 6444])
    expect(balancer?.Listeners.map(l => [l.Port, l.Protocol])).to.deep.equal([[6443, 'TCP']])
    expect(group).to.include({Port: 6443, Protocol: 'TCP', TargetType: 'instance'})
    expect(group).to.include({HealthCheckProtocol: 'HTTP', HealthCheckPort: '6444', HealthCheckPath: '/readyz'})
    expect(group?.Targets.map(t => t.Target?.Id)).to.have.members(controllers(all))
    const {Attributes = []} = await run.clients.elb.describeTargetGroupAttributes({
      TargetGroupArn: present(group?.TargetGroupArn),
    })
    expect(Attributes).to.deep.include({Key: 'preserve_client_ip.enabled', Value: 'false'})
    expect(Attributes).to.deep.include({Key: 'load_balancing.cross_zone.enabled', Value: 'true'})
    const unhealthy = Attributes.flatMap(({Key = '', Value}) =>
      Key.startsWith('target_health_state.unhealthy.') ? [[Key.split('.').slice(2).join('.'), Value]] : [],
    )
    expect(Object.fromEntries(unhealthy)).to.deep.equal({
      'connection_termination.enabled': 'false',
      draining_interval_seconds: '65',
    })
  })

  it('hands connections on as this khw has it, whatever an earlier one has set up', async () => {
    await run.run()
    const id = 'load-balancer/target-group-attributes'
    const {journal} = run
    const [group, own] = ['load-balancer/target-group', id].map(each => journal.steps[each])
    if (group?.status !== 'done' || own?.status !== 'done') throw new Error('they are not done')
    // As it was recorded before it depended on more than its needs.
    const inputs = inputsDigest({
      arguments: {targetGroup: group.output},
      generations: [['load-balancer/target-group', group.generation]],
    })
    Journal.openToWrite(join(run.directory, 'journal')).record(id, {...own, inputs})
    const events = await run.run()
    const created = events.flatMap(e => (e.type === 'step-done' && e.outcome === 'created' ? [e.id] : []))
    expect(created).to.deep.equal([id])
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
  })

  it('is kept by a further run, and adopted by one that has lost its journal', async () => {
    await run.run()
    const ids = await run.ids()
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    await run.run({loseJournal: true})
    expect(await run.ids()).to.have.members([...ids])
  })

  it('is handed the machine that takes the place of a lost one, and rid of that', async () => {
    await run.run()
    const [lost] = controllers(await inventory())
    await run.region.ec2.terminateInstances({InstanceIds: [present(lost)]})
    while (controllers(await inventory()).length > 2);
    await run.run()
    const all = await inventory()
    const inUse = all.targetGroups[0]?.Targets.filter(t => t.TargetHealth?.State !== 'draining')
    expect(inUse?.map(t => t.Target?.Id)).to.have.members(controllers(all))
    expect(inUse?.map(t => t.Target?.Id)).not.to.include(lost)
  })

  it('is made again, under another name, when somebody has deleted it, with a certificate for that', async () => {
    await run.run()
    const [before] = (await inventory()).loadBalancers
    await run.clients.elb.deleteLoadBalancer({LoadBalancerArn: present(before?.LoadBalancerArn)})
    const events = await run.run()
    const [after] = (await inventory()).loadBalancers
    expect(after?.DNSName).not.to.equal(before?.DNSName)
    const created = events.flatMap(e => (e.type === 'step-done' && e.outcome === 'created' ? [e.id] : []))
    expect(created).to.include.members(['load-balancer/load-balancer', 'load-balancer/listener', 'access/certificates'])
  })

  it('is made again when ELB could not set it up', async () => {
    await run.run()
    const [before] = (await inventory()).loadBalancers
    await run.region.store.change(({loadBalancers}) => {
      Object.assign(present(loadBalancers[present(before?.LoadBalancerArn)]), {state: 'failed'})
    })
    expect((await inventory()).loadBalancers[0]?.State?.Code).to.equal('failed')
    await run.run()
    const [after, ...others] = (await inventory()).loadBalancers
    expect(others).to.deep.equal([])
    expect(after?.LoadBalancerArn).not.to.equal(before?.LoadBalancerArn)
    expect(after?.Listeners).to.have.length(1)
    expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
  })

  it('is taken down with the cluster, interfaces and all, and the receipt names it', async () => {
    await run.run()
    const {removed, remaining} = await destroy()
    expect(remaining).to.deep.equal([])
    expect(removed.map(({type}) => type)).to.include.members(['load-balancer', 'target-group'])
    expect(await run.ids()).to.deep.equal([])
    expect((await run.region.ec2.describeNetworkInterfaces({})).NetworkInterfaces).to.deep.equal([])
    expect((await run.clients.elb.describeTargetGroups({})).TargetGroups).to.deep.equal([])
    expect((await destroy()).removed).to.deep.equal([])
  })

  it('does not keep the rest, when a destroy was cut off while its interfaces were still there', async () => {
    await run.run()
    const [balancer] = (await inventory()).loadBalancers
    await run.clients.elb.deleteLoadBalancer({LoadBalancerArn: present(balancer?.LoadBalancerArn)})
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
  })

  it('is not waited for when something else that was made twice is removed', async () => {
    await run.run()
    const before = await inventory()
    const [table] = before.routeTables
    const doubled = await run.region.ec2.createRouteTable({
      VpcId: table?.VpcId,
      TagSpecifications: [{ResourceType: 'route-table', Tags: table?.Tags}],
    })
    const {ec2, elb, iam} = run.clients
    const {clusterId, clock, journal, spec} = run
    const notices: string[] = []
    const onNotice = (text: string): void => void notices.push(text)
    const all = await inventory()
    expect(all.routeTables).to.have.length(before.routeTables.length + 1)
    await healDuplicates({ec2, elb, iam, spec, clusterId, inventory: all, journal, clock, signal, onNotice})
    expect(notices).to.deep.equal([
      `Removing what was made twice: route-table ${present(doubled.RouteTable?.RouteTableId)}`,
    ])
    expect((await inventory()).routeTables).to.deep.equal(before.routeTables)
    expect((await inventory()).loadBalancers).to.have.length(1)
  })

  it("goes, and somebody else's in the same VPC stays as it is and is named", async () => {
    await run.run()
    const {elb} = run.clients
    const {subnets, vpcs} = await inventory()
    const subnetId = present(subnets[0]?.SubnetId)
    const {LoadBalancers} = await elb.createLoadBalancer({Name: 'theirs', Type: 'network', Subnets: [subnetId]})
    const {removed, remaining} = await destroy()
    expect(removed.map(({type}) => type)).to.include.members(['load-balancer', 'target-group', 'instance'])
    expect(remaining.map(({id}) => id)).to.include.members([subnetId, present(vpcs[0]?.VpcId)])
    for (const {why} of remaining) expect(why).to.include('load balancer theirs')
    const arn = present(LoadBalancers?.[0]?.LoadBalancerArn)
    expect((await elb.describeLoadBalancers({})).LoadBalancers?.map(l => l.LoadBalancerArn)).to.deep.equal([arn])

    expect((await destroy(true)).remaining).to.deep.equal([])
    expect((await elb.describeLoadBalancers({})).LoadBalancers).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
  })

  it('is told a new expiry like everything else', async () => {
    await run.run()
    const {ec2, elb, iam} = run.clients
    const context = {ec2, elb, iam, clusterId: run.clusterId, signal} as RunContext
    await tagExpiry(context, '2026-12-24T08:00:00.000Z')
    for (const {id, tags} of resourcesOf(await inventory()))
      expect(tagValue(tags, 'khw:expires-at'), id).to.equal('2026-12-24T08:00:00.000Z')
  })

  it('is the default of the kubeconfig while it is what answers, and has a context of its own always', async () => {
    await run.run()
    const all = await inventory()
    const {spec} = run
    const secrets = new MemorySecretStore()
    await ensurePki({spec, publicIps: {}, secrets})
    const written: string[] = []
    const writeKubeconfig = (text: string): Promise<void> => Promise.resolve(void written.push(text))
    const context = {spec, secrets, writeKubeconfig} as unknown as RunContext
    const journal = (complete: boolean): Journal => ({header: {spec}, complete, intent: 'create'}) as unknown as Journal
    const point = (endpoint: string | null, complete = true): Promise<void> =>
      keepKubeconfig(journal(complete), context, all, {endpoint} as ClusterReport)
    const balanced = `https://${present(all.loadBalancers[0]?.DNSName)}:6443`
    await point(balanced)
    await point('https://198.18.0.9:6443')
    await point(null)
    await point(balanced, false)
    expect(written).to.have.length(2)
    const servers = written.map(text => {
      const {clusters} = parse(text) as {clusters: {name: string; cluster: {server: string}}[]}
      return new Map(clusters.map(({name, cluster}) => [name, cluster.server]))
    })
    expect(servers.map(each => each.get('sample'))).to.deep.equal([balanced, 'https://198.18.0.9:6443'])
    for (const each of servers) {
      expect(each.get('sample-load-balancer')).to.equal(balanced)
      expect([...each.keys()]).to.include.members(['sample-controller-1', 'sample-controller-2', 'sample-controller-3'])
    }
  })

  describe('is reported', () => {
    const answers = (ready: boolean): KubernetesApi =>
      ({readiness: () => Promise.resolve({ready, detail: ready ? 'ok' : 'no route'})}) as unknown as KubernetesApi

    it('healthy once ELB says so and it answers, and never asked by its name before', async () => {
      await run.run()
      const all = await inventory()
      const {check, endpoint} = await checkLoadBalancer(all, answers(true))
      expect(check).to.deep.include({name: 'load-balancer', ok: true})
      expect(check.detail).to.include('3 of 3 controllers')
      expect(endpoint).to.equal(`https://${present(all.loadBalancers[0]?.DNSName)}:6443`)
      const unreachable = await checkLoadBalancer(all, answers(false))
      expect(unreachable.endpoint).to.equal(undefined)
      expect(unreachable.check.detail).to.include('no route')
    })

    it('as nothing to rely on while it sends to a controller that does not answer', async () => {
      await run.run()
      const all = await inventory()
      const [lost] = controllers(all)
      const ip = present(all.instances.find(i => i.InstanceId === lost)?.PublicIpAddress)
      const readiness = (endpoint: string) =>
        Promise.resolve(endpoint.includes(`//${ip}:`) ? {ready: false, detail: 'silence'} : {ready: true, detail: 'ok'})
      const api = {readiness} as unknown as KubernetesApi
      expect(await checkLoadBalancer(all, api)).to.deep.equal({
        check: {name: 'load-balancer', ok: false, detail: 'still sends to a controller that does not answer: silence'},
      })
      run.region.fabric.targets.set(present(lost), 'unhealthy')
      const {check, endpoint} = await checkLoadBalancer(await inventory(), api)
      expect(check.detail).to.include('healthy: 2 of 3 controllers')
      expect(endpoint).to.equal(`https://${present(all.loadBalancers[0]?.DNSName)}:6443`)
    })

    it('as what it is until then', async () => {
      await run.run()
      const all = await inventory()
      for (const id of controllers(all)) run.region.fabric.targets.set(present(id), 'initial')
      const never = {readiness: () => Promise.reject(new Error('asked too early'))} as unknown as KubernetesApi
      const registering = await checkLoadBalancer(await inventory(), never)
      expect(registering.check).to.include({ok: false, detail: 'is still registering the controllers'})
      const [balancer] = all.loadBalancers
      const provisioning = {...all, loadBalancers: [{...present(balancer), State: {Code: 'provisioning' as const}}]}
      expect((await checkLoadBalancer(provisioning, never)).check).to.include({ok: false, detail: 'is being set up'})
      for (const id of controllers(all)) run.region.fabric.targets.set(present(id), 'unhealthy')
      expect((await checkLoadBalancer(await inventory(), never)).check.detail).to.equal(
        'finds 0 of 3 controllers healthy',
      )
    })
  })
})
