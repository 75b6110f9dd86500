import type {Tag} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {takeInventory} from '../../src/aws/inventory.js'
import {clusterSpec} from '../../src/cluster/spec.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

describe('steps against the region', () => {
  let run: RegionRun
  beforeEach(async () => {
    run = await RegionRun.open()
  })
  afterEach(() => run.close())

  const inventory = () => takeInventory(run.clients, run.clusterId, new AbortController().signal)

  it('make a network in which the two machines stand', async () => {
    await run.run()
    const {vpcs, subnets, routeTables, securityGroups, instances} = await inventory()
    expect(vpcs.map(v => v.CidrBlock)).to.deep.equal(['10.240.0.0/16'])
    expect(subnets.map(s => [s.CidrBlock, s.AvailabilityZone]).sort()).to.deep.equal([
      ['10.240.0.0/24', 'local-1a'],
      ['10.240.1.0/24', 'local-1b'],
      ['10.240.2.0/24', 'local-1c'],
    ])
    expect(routeTables[0]?.Associations).to.have.length(3)
    expect(routeTables[0]?.Routes?.some(r => r.DestinationCidrBlock === '0.0.0.0/0' && r.State === 'active')).to.equal(
      true,
    )
    expect(securityGroups).to.have.length(2)
    expect(instances.map(i => i.PrivateIpAddress).sort()).to.deep.equal(['10.240.0.11', '10.240.0.31'])
    for (const instance of instances) {
      expect(instance.MetadataOptions).to.include({HttpTokens: 'required', HttpPutResponseHopLimit: 1})
      expect(instance.PublicIpAddress).to.match(/^198\.18\./)
    }
    const checks = instances.map(i => `${i.PrivateIpAddress ?? ''} ${String(i.SourceDestCheck)}`).sort()
    expect(checks).to.deep.equal(['10.240.0.11 true', '10.240.0.31 false'])
  })

  it('take the zones, the sizes and the types that were asked for', async () => {
    await run.close()
    const spec = clusterSpec({
      ...sampleSpec({controllers: 1, workers: 1}),
      workerType: 'm5.large',
      volumeSize: 31,
      network: {zones: ['local-1c', 'local-1b']},
    })
    run = await RegionRun.open({spec})
    await run.run()
    const {subnets, instances, volumes} = await inventory()
    expect(subnets.map(s => [s.CidrBlock, s.AvailabilityZone]).sort()).to.deep.equal([
      ['10.240.0.0/24', 'local-1c'],
      ['10.240.1.0/24', 'local-1b'],
    ])
    expect(instances.map(i => [i.InstanceType, i.Placement?.AvailabilityZone]).sort()).to.deep.equal([
      ['m5.large', 'local-1c'],
      ['t3.medium', 'local-1c'],
    ])
    expect(volumes.map(v => [v.Size, v.VolumeType, v.Encrypted])).to.deep.equal([
      [31, 'gp3', true],
      [31, 'gp3', true],
    ])
  })

  it('tag everything in the call that makes it', async () => {
    await run.close()
    run = await RegionRun.open({
      spec: sampleSpec({controllers: 1, workers: 1, loadBalancer: 'nlb', ssm: true, network: {subnets: 2}}),
    })
    await run.run()
    const {ended, foreignRouteTables, ...all} = await inventory()
    expect([...ended, ...foreignRouteTables]).to.deep.equal([])
    for (const resources of Object.values(all)) {
      expect(resources).not.to.deep.equal([])
      for (const resource of resources as {Tags?: Tag[]; TagSet?: Tag[]}[]) {
        const tags = new Map((resource.Tags ?? resource.TagSet ?? []).map(t => [t.Key, t.Value]))
        expect(tags.get('khw:managed')).to.equal('true')
        expect(tags.get('khw:cluster')).to.equal('sample')
        expect(tags.get('khw:step')).to.match(/^[a-z-]+\//)
      }
    }
  })

  it('change nothing on a second run', async () => {
    await run.run()
    const calls = run.region.fabric.calls.length
    const before = JSON.stringify(run.region.store.state)
    const events = await run.run()
    expect(Object.keys(outcomes(events))).to.deep.equal(['kept'])
    expect(JSON.stringify(run.region.store.state)).to.equal(before)
    expect(run.region.fabric.calls.length).to.equal(calls)
  })

  it('adopt everything when the journal is lost, and make nothing twice', async () => {
    await run.run()
    const before = await run.ids()
    const events = await run.run({loseJournal: true})
    expect(outcomes(events)['adopted']).to.be.greaterThan(15)
    expect(await run.ids()).to.have.members(before)
  })

  it('launch a machine anew that somebody has terminated', async () => {
    await run.run()
    const before = (await inventory()).instances
    const lost = before.find(i => i.PrivateIpAddress === '10.240.0.31')?.InstanceId ?? ''
    await run.region.ec2.terminateInstances({InstanceIds: [lost]})
    while ((await inventory()).instances.length > 1);
    await run.run()
    const after = (await inventory()).instances
    expect(after).to.have.length(2)
    expect(after.map(i => i.InstanceId)).not.to.include(lost)
    expect(after.every(i => i.PrivateIpAddress === '10.240.0.11' || i.SourceDestCheck === false)).to.equal(true)
  })

  it('start a machine that somebody has stopped, instead of another one', async () => {
    await run.run()
    const stopped = (await inventory()).instances.find(i => i.PrivateIpAddress === '10.240.0.31')?.InstanceId ?? ''
    await run.region.ec2.stopInstances({InstanceIds: [stopped]})
    await run.run()
    const {instances} = await inventory()
    expect(instances).to.have.length(2)
    expect(instances.find(i => i.InstanceId === stopped)?.State?.Name).to.match(/^(pending|running)$/)
  })

  it('put back a rule and a route that somebody has taken away', async () => {
    await run.run()
    const {routeTables, securityGroups} = await inventory()
    const worker = securityGroups.find(g => g.GroupName === 'sample-worker')
    const RouteTableId = routeTables[0]?.RouteTableId
    await run.region.ec2.deleteRoute({RouteTableId, DestinationCidrBlock: '10.200.1.0/24'})
    await run.region.ec2.revokeSecurityGroupIngress({
      GroupId: worker?.GroupId,
      IpPermissions: [{IpProtocol: '-1', IpRanges: [{CidrIp: '10.200.0.0/16'}]}],
    })
    await run.run()
    const again = await inventory()
    expect(again.routeTables[0]?.Routes?.map(r => r.DestinationCidrBlock)).to.include('10.200.1.0/24')
    const rules = again.securityGroups.find(g => g.GroupId === worker?.GroupId)?.IpPermissions ?? []
    expect(rules.flatMap(r => r.IpRanges ?? []).map(r => r.CidrIp)).to.include('10.200.0.0/16')
  })
})
