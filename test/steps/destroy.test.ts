import type {EC2, Filter} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {awsCommand} from '../../src/aws/command-line.js'
import {takeInventory} from '../../src/aws/inventory.js'
import {systemClock} from '../../src/clock.js'
import type {DestroyReport} from '../../src/cluster/report.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {launch, present, reaches} from '../local/api/test-region.js'
import {RegionRun} from './region-run.js'

describe('destroy against the region', () => {
  let run: RegionRun
  beforeEach(async () => {
    run = await RegionRun.open()
  })
  afterEach(() => run.close())

  const inventory = () => takeInventory(run.clients, run.clusterId, new AbortController().signal)

  const destroy = async (
    forceForeign = false,
    ec2 = run.clients.ec2,
  ): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> =>
    takeDown({
      ec2,
      elb: run.clients.elb,
      iam: run.clients.iam,
      clusterId: run.clusterId,
      inventory: await inventory(),
      forceForeign,
      onEvent: () => undefined,
      clock: systemClock,
      signal: new AbortController().signal,
    })

  it('takes down what was made, by its tags alone, and nothing else', async () => {
    const foreign = await run.region.ec2.createVpc({CidrBlock: '10.99.0.0/16'})
    const before = JSON.stringify((await run.region.ec2.describeVpcs({VpcIds: [foreign.Vpc?.VpcId ?? '']})).Vpcs)
    await run.run()
    const {removed, remaining} = await destroy()
    expect(remaining).to.deep.equal([])
    expect(removed.filter(({type}) => type === 'instance')).to.have.length(2)
    expect(await run.ids()).to.deep.equal([])
    const {Vpcs = []} = await run.region.ec2.describeVpcs({})
    expect(JSON.stringify(Vpcs)).to.equal(before)
    expect(run.region.fabric.running.size).to.equal(0)
  }).timeout(30_000)

  it('is content when everything is gone already', async () => {
    await run.run()
    await destroy()
    expect(await destroy()).to.deep.equal({removed: [], remaining: []})
    expect(await run.ids()).to.deep.equal([])
  }).timeout(30_000)

  it('goes on when somebody has terminated a machine meanwhile', async () => {
    await run.run()
    const before = await inventory()
    await run.region.ec2.terminateInstances({InstanceIds: [before.instances[0]?.InstanceId ?? '']})
    await destroy()
    expect(await run.ids()).to.deep.equal([])
  }).timeout(30_000)

  it('leaves what others have put into the VPC as it is, with all that it needs, and names it', async () => {
    await run.run()
    const {ec2} = run.region
    const {vpcs, subnets, securityGroups} = await inventory()
    const subnetId = present(subnets[0]?.SubnetId)
    const groupId = present(securityGroups.find(g => g.GroupName === 'sample-worker')?.GroupId)
    const theirs = await launch(ec2, {vpcId: '', subnetId, groupId})
    await reaches(ec2, theirs, 'running')
    const describe = async (): Promise<string> =>
      JSON.stringify((await ec2.describeInstances({InstanceIds: [theirs]})).Reservations)
    const before = await describe()

    const {removed, remaining} = await destroy()
    expect(await describe()).to.equal(before)
    expect(remaining.map(({id}) => id)).to.include.members([subnetId, groupId, present(vpcs[0]?.VpcId)])
    expect(remaining.map(({type}) => type).sort()).to.deep.equal([
      'internet-gateway',
      'route-table',
      'security-group',
      'subnet',
      'vpc',
    ])
    for (const {why} of remaining) expect(why).to.include(theirs)
    expect(removed.filter(({type}) => type === 'instance')).to.have.length(2)

    await ec2.terminateInstances({InstanceIds: [theirs]})
    await reaches(ec2, theirs, 'terminated')
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
  }).timeout(30_000)

  it('names endpoints and peerings of the VPC, which it does not remove, and what to type; what they need stays', async () => {
    await run.run()
    const {vpcs, routeTables} = await inventory()
    const [vpcId, tableId] = [present(vpcs[0]?.VpcId), present(routeTables[0]?.RouteTableId)]
    const endpoint = {VpcEndpointId: 'vpce-1', VpcId: vpcId, State: 'available', ServiceName: 'com.amazonaws.x.s3'}
    const peering = (VpcPeeringConnectionId: string, Code: 'active' | 'deleted') => ({
      VpcPeeringConnectionId,
      Status: {Code},
      RequesterVpcInfo: {VpcId: vpcId},
      AccepterVpcInfo: {VpcId: 'vpc-theirs'},
    })
    const asked: string[] = []
    const ec2 = Object.assign(Object.create(run.clients.ec2) as EC2, {
      describeVpcEndpoints: ({Filters = []}: {Filters?: Filter[]}) => {
        asked.push(...Filters.map(({Name = '', Values = []}) => `${Name}=${Values.join()}`))
        return Promise.resolve({VpcEndpoints: [{...endpoint, RouteTableIds: [tableId]}]})
      },
      describeVpcPeeringConnections: ({Filters = []}: {Filters?: Filter[]}) => {
        const isRequester = Filters[0]?.Name === 'requester-vpc-info.vpc-id'
        const found = isRequester ? [peering('pcx-1', 'active'), peering('pcx-2', 'deleted')] : []
        return Promise.resolve({VpcPeeringConnections: found})
      },
    })
    for (const forced of [false, true]) {
      const {remaining} = await destroy(forced, ec2)
      expect(remaining.map(({id}) => id).sort(), 'those alone').to.deep.equal([tableId, vpcId].sort())
      const vpc = remaining.find(({id}) => id === vpcId)
      expect(vpc?.why).to.equal("is used by VPC endpoint vpce-1 (com.amazonaws.x.s3), which is not khw's")
      const calls = [
        'delete-vpc-endpoints --vpc-endpoint-ids vpce-1',
        'delete-vpc-peering-connection --vpc-peering-connection-id pcx-1',
      ]
      expect(vpc?.fixes).to.deep.equal(calls.map(call => awsCommand(`ec2 ${call}`, 'local-1')))
    }
    expect(asked).to.deep.equal([`vpc-id=${vpcId}`, `vpc-id=${vpcId}`])
    expect((await destroy()).remaining).to.deep.equal([])
  }).timeout(60_000)

  it('takes down a cluster for who may not look for endpoints and peerings', async () => {
    await run.run()
    const refused = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('You are not authorized'), {name: 'UnauthorizedOperation', $metadata: {}}))
    const ec2 = Object.assign(Object.create(run.clients.ec2) as EC2, {
      describeVpcEndpoints: refused,
      describeVpcPeeringConnections: refused,
    })
    expect((await destroy(false, ec2)).remaining).to.deep.equal([])
  }).timeout(30_000)

  it('removes that, too, when it is told to', async () => {
    await run.run()
    const {ec2} = run.region
    const {vpcs, subnets} = await inventory()
    const VpcId = present(vpcs[0]?.VpcId)
    const group = await ec2.createSecurityGroup({VpcId, GroupName: 'theirs', Description: 'not of khw'})
    await launch(ec2, {vpcId: VpcId, subnetId: present(subnets[0]?.SubnetId), groupId: present(group.GroupId)})
    expect((await destroy(true)).remaining).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
    expect((await ec2.describeVpcs({})).Vpcs).to.deep.equal([])
  }).timeout(30_000)
})
