import {expect} from 'chai'
import {codeOf, network, present, testRegion, type TestRegion} from '../test-region.js'

describe('VPCs', () => {
  let region: TestRegion

  beforeEach(async () => {
    region = await testRegion()
  })

  afterEach(async () => {
    await region.close()
  })

  it('come with a main route table and a default group, and the host knows them before the answer', async () => {
    const {ec2, fabric} = region
    const {Vpc} = await ec2.createVpc({
      CidrBlock: '10.240.3.4/16',
      TagSpecifications: [{ResourceType: 'vpc', Tags: [{Key: 'Name', Value: 'one'}]}],
    })
    const vpcId = present(Vpc?.VpcId)
    expect(vpcId).to.match(/^vpc-[0-9a-f]{17}$/)
    expect(Vpc).to.include({CidrBlock: '10.240.0.0/16', State: 'available', IsDefault: false})
    expect(Vpc?.Tags).to.deep.equal([{Key: 'Name', Value: 'one'}])
    expect(fabric.calls).to.deep.equal([`syncVpc ${vpcId}`])
    expect(fabric.synced[0]?.vpcs).to.have.property(vpcId)

    const Filters = [{Name: 'vpc-id', Values: [vpcId]}]
    const {RouteTables = []} = await ec2.describeRouteTables({Filters})
    expect(RouteTables).to.have.length(1)
    expect(RouteTables[0]?.Associations?.[0]?.Main).to.equal(true)
    expect(RouteTables[0]?.Routes?.map(route => [route.DestinationCidrBlock, route.GatewayId])).to.deep.equal([
      ['10.240.0.0/16', 'local'],
    ])
    const {SecurityGroups = []} = await ec2.describeSecurityGroups({Filters})
    expect(SecurityGroups.map(group => group.GroupName)).to.deep.equal(['default'])
    expect(SecurityGroups[0]?.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId).to.equal(SecurityGroups[0]?.GroupId)
    expect(SecurityGroups[0]?.IpPermissionsEgress?.[0]?.IpRanges).to.deep.equal([{CidrIp: '0.0.0.0/0'}])
  })

  it('have ranges of /16 to /28', async () => {
    const create = (CidrBlock: string | undefined) => codeOf(region.ec2.createVpc({CidrBlock}))
    expect(await create('10.0.0.0/15')).to.equal('InvalidVpc.Range')
    expect(await create('10.0.0.0/29')).to.equal('InvalidVpc.Range')
    expect(await create('10.0.0.0/28')).to.equal('no error')
    expect(await create('10.0.0.300/16')).to.equal('InvalidParameterValue')
    expect(await create(undefined)).to.equal('MissingParameter')
  })

  it('get slots that are free again when they are gone', async () => {
    const {ec2, store} = region
    const make = async () => present((await ec2.createVpc({CidrBlock: '10.0.0.0/16'})).Vpc?.VpcId)
    const [a, b] = [await make(), await make()]
    await ec2.deleteVpc({VpcId: a})
    const c = await make()
    expect([b, c].map(id => store.state.vpcs[id]?.slot)).to.deep.equal([1, 0])
  })

  it('are 64 at most', async () => {
    const {ec2} = region
    const create = () => codeOf(ec2.createVpc({CidrBlock: '10.0.0.0/16'}))
    const all = await Promise.all(Array.from({length: 64}, create))
    expect(new Set(all)).to.deep.equal(new Set(['no error']))
    expect(await create()).to.equal('VpcLimitExceeded')
  })

  it('have attributes', async () => {
    const {ec2} = region
    const {vpcId: VpcId} = await network(ec2)
    await ec2.modifyVpcAttribute({VpcId, EnableDnsHostnames: {Value: true}})
    const hostnames = await ec2.describeVpcAttribute({VpcId, Attribute: 'enableDnsHostnames'})
    expect(hostnames.EnableDnsHostnames?.Value).to.equal(true)
    const support = await ec2.describeVpcAttribute({VpcId, Attribute: 'enableDnsSupport'})
    expect(support.EnableDnsSupport?.Value).to.equal(true)
    const both = ec2.modifyVpcAttribute({VpcId, EnableDnsHostnames: {Value: true}, EnableDnsSupport: {Value: true}})
    expect(await codeOf(both)).to.equal('InvalidParameterCombination')
  })

  it('are found by id, filter and tag, and not found by their names', async () => {
    const {ec2} = region
    const {vpcId} = await network(ec2)
    await network(ec2, '10.1.0.0/16')
    const find = async (Name: string, Value: string) =>
      (await ec2.describeVpcs({Filters: [{Name, Values: [Value]}]})).Vpcs?.map(vpc => vpc.VpcId)
    expect(await find('cidr', '10.240.*')).to.deep.equal([vpcId])
    await ec2.createTags({Resources: [vpcId], Tags: [{Key: 'owner', Value: 'me'}]})
    expect(await find('tag:owner', 'me')).to.deep.equal([vpcId])
    expect(await codeOf(find('colour', 'red'))).to.equal('InvalidParameterValue')
    expect(await codeOf(ec2.describeVpcs({VpcIds: ['vpc-0123456789abcdef0']}))).to.equal('InvalidVpcID.NotFound')
    expect(await codeOf(ec2.describeVpcs({VpcIds: ['constructor']}))).to.equal('InvalidVpcID.Malformed')
  })

  it('come in pages, none of which is disturbed by a deletion', async () => {
    const {ec2} = region
    const ids: string[] = []
    for (let i = 0; i < 12; i += 1) ids.push(present((await ec2.createVpc({CidrBlock: '10.0.0.0/16'})).Vpc?.VpcId))
    const first = await ec2.describeVpcs({MaxResults: 5})
    const seen = first.Vpcs?.map(vpc => present(vpc.VpcId)) ?? []
    expect(seen).to.have.length(5)
    await ec2.deleteVpc({VpcId: present(seen[4])})
    const second = await ec2.describeVpcs({MaxResults: 5, NextToken: present(first.NextToken)})
    const third = await ec2.describeVpcs({MaxResults: 5, NextToken: present(second.NextToken)})
    expect(third.NextToken).to.equal(undefined)
    const rest = [...(second.Vpcs ?? []), ...(third.Vpcs ?? [])].map(vpc => present(vpc.VpcId))
    expect([...seen, ...rest]).to.have.members(ids)
    expect(await codeOf(ec2.describeVpcs({MaxResults: 4}))).to.equal('InvalidParameterValue')
    expect(await codeOf(ec2.describeVpcs({NextToken: 'made-up'}))).to.equal('InvalidNextToken')
    expect(await codeOf(ec2.describeVpcs({MaxResults: 5, VpcIds: seen}))).to.equal('InvalidParameterCombination')
  })

  it('have neither endpoints nor peerings, whatever is looked for', async () => {
    const {ec2} = region
    const by = (Name: string) => ({Filters: [{Name, Values: ['vpc-1']}]})
    expect((await ec2.describeVpcEndpoints(by('vpc-id'))).VpcEndpoints ?? []).to.deep.equal([])
    for (const side of ['requester', 'accepter'])
      expect(
        (await ec2.describeVpcPeeringConnections(by(`${side}-vpc-info.vpc-id`))).VpcPeeringConnections ?? [],
      ).to.deep.equal([])
    expect(await codeOf(ec2.describeVpcEndpoints(by('made-up')))).to.equal('InvalidParameterValue')
  })

  it('can be deleted only when everything in them is gone', async () => {
    const {ec2, fabric, store} = region
    const {vpcId: VpcId, subnetId, groupId} = await network(ec2)
    const gateway = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
    await ec2.attachInternetGateway({InternetGatewayId: gateway, VpcId})
    const table = present((await ec2.createRouteTable({VpcId})).RouteTable?.RouteTableId)
    const remove = [
      () => ec2.deleteSubnet({SubnetId: subnetId}),
      () => ec2.deleteSecurityGroup({GroupId: groupId}),
      () => ec2.detachInternetGateway({InternetGatewayId: gateway, VpcId}),
      () => ec2.deleteRouteTable({RouteTableId: table}),
    ]
    for (const step of remove) {
      expect(await codeOf(ec2.deleteVpc({VpcId}))).to.equal('DependencyViolation')
      await step()
    }
    await ec2.deleteVpc({VpcId})
    expect(store.state.routeTables).to.deep.equal({})
    expect(store.state.securityGroups).to.deep.equal({})
    expect(fabric.calls.at(-1)).to.equal(`syncVpc ${VpcId}`)
    expect(fabric.synced.at(-1)?.vpcs).to.deep.equal({})
    expect(await codeOf(ec2.deleteVpc({VpcId}))).to.equal('InvalidVpcID.NotFound')
  })
})
