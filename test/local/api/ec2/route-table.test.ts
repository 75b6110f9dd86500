import {expect} from 'chai'
import {
  codeOf,
  launch,
  network,
  present,
  reaches,
  testRegion,
  type TestNetwork,
  type TestRegion,
} from '../test-region.js'

describe('route tables', () => {
  let region: TestRegion
  let net: TestNetwork
  let table: string

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
    table = present((await region.ec2.createRouteTable({VpcId: net.vpcId})).RouteTable?.RouteTableId)
  })

  afterEach(async () => {
    await region.close()
  })

  const routes = async () => {
    const {RouteTables = []} = await region.ec2.describeRouteTables({RouteTableIds: [table]})
    return (RouteTables[0]?.Routes ?? []).slice(1)
  }

  it('are made once for a client token', async () => {
    const {ec2} = region
    const input = {VpcId: net.vpcId, ClientToken: 'token-1'}
    const first = await ec2.createRouteTable(input)
    const second = await ec2.createRouteTable(input)
    expect(second.RouteTable?.RouteTableId).to.equal(first.RouteTable?.RouteTableId)
    const other = await network(ec2, '10.1.0.0/16')
    const mismatch = ec2.createRouteTable({...input, VpcId: other.vpcId})
    expect(await codeOf(mismatch)).to.equal('IdempotentParameterMismatch')
  })

  it('serve one subnet or many; a subnet has one', async () => {
    const {ec2} = region
    const {AssociationId} = await ec2.associateRouteTable({RouteTableId: table, SubnetId: net.subnetId})
    const again = ec2.associateRouteTable({RouteTableId: table, SubnetId: net.subnetId})
    expect(await codeOf(again)).to.equal('Resource.AlreadyAssociated')
    expect(await codeOf(ec2.deleteRouteTable({RouteTableId: table}))).to.equal('DependencyViolation')
    const Filters = [{Name: 'association.subnet-id', Values: [net.subnetId]}]
    const {RouteTables = []} = await ec2.describeRouteTables({Filters})
    expect(RouteTables.map(({RouteTableId}) => RouteTableId)).to.deep.equal([table])
    await ec2.disassociateRouteTable({AssociationId})
    const gone = ec2.disassociateRouteTable({AssociationId})
    expect(await codeOf(gone)).to.equal('InvalidAssociationID.NotFound')
    await ec2.deleteRouteTable({RouteTableId: table})
    expect(await codeOf(ec2.deleteRouteTable({RouteTableId: table}))).to.equal('InvalidRouteTableID.NotFound')
  })

  it('of another VPC do not serve a subnet', async () => {
    const other = await network(region.ec2, '10.1.0.0/16')
    const call = region.ec2.associateRouteTable({RouteTableId: table, SubnetId: other.subnetId})
    expect(await codeOf(call)).to.equal('InvalidParameterValue')
  })

  it('take over a subnet from another, and the VPC from its main one', async () => {
    const {ec2} = region
    const RouteTableId = present((await ec2.createRouteTable({VpcId: net.vpcId})).RouteTable?.RouteTableId)
    const {AssociationId} = await ec2.associateRouteTable({RouteTableId: table, SubnetId: net.subnetId})
    const {NewAssociationId} = await ec2.replaceRouteTableAssociation({AssociationId, RouteTableId})
    const associations = async (...RouteTableIds: string[]) =>
      (await ec2.describeRouteTables({RouteTableIds})).RouteTables?.[0]?.Associations ?? []
    expect(await associations(table)).to.deep.equal([])
    expect(await associations(RouteTableId)).to.deep.equal([
      {
        Main: false,
        RouteTableAssociationId: NewAssociationId,
        RouteTableId,
        SubnetId: net.subnetId,
        AssociationState: {State: 'associated'},
      },
    ])
    const old = ec2.replaceRouteTableAssociation({AssociationId, RouteTableId: table})
    expect(await codeOf(old)).to.equal('InvalidAssociationID.NotFound')

    const Filters = [
      {Name: 'association.main', Values: ['true']},
      {Name: 'vpc-id', Values: [net.vpcId]},
    ]
    const [main] = (await ec2.describeRouteTables({Filters})).RouteTables ?? []
    const mainAssociation = present(main?.Associations?.[0]?.RouteTableAssociationId)
    await ec2.replaceRouteTableAssociation({AssociationId: mainAssociation, RouteTableId: table})
    expect((await ec2.describeRouteTables({Filters})).RouteTables?.map(item => item.RouteTableId)).to.deep.equal([
      table,
    ])
    await ec2.deleteRouteTable({RouteTableId: present(main?.RouteTableId)})
  })

  it('that are main stay', async () => {
    const {ec2} = region
    const Filters = [{Name: 'association.main', Values: ['true']}]
    const {RouteTables = []} = await ec2.describeRouteTables({Filters})
    const main = present(RouteTables[0])
    const RouteTableId = present(main.RouteTableId)
    const AssociationId = present(main.Associations?.[0]?.RouteTableAssociationId)
    expect(await codeOf(ec2.deleteRouteTable({RouteTableId}))).to.equal('DependencyViolation')
    expect(await codeOf(ec2.disassociateRouteTable({AssociationId}))).to.equal('InvalidParameterValue')
  })

  it('route to the attached gateway, and to a black hole once it is detached', async () => {
    const {ec2} = region
    const gateway = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
    const route = {RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway}
    expect(await codeOf(ec2.createRoute(route))).to.equal('InvalidParameterValue')
    await ec2.attachInternetGateway({InternetGatewayId: gateway, VpcId: net.vpcId})
    await ec2.createRoute(route)
    expect(await codeOf(ec2.createRoute(route))).to.equal('RouteAlreadyExists')
    expect((await routes())[0]).to.include({GatewayId: gateway, State: 'active', Origin: 'CreateRoute'})
    await ec2.detachInternetGateway({InternetGatewayId: gateway, VpcId: net.vpcId})
    expect((await routes())[0]).to.include({State: 'blackhole'})
    const missing = {...route, DestinationCidrBlock: '9.0.0.0/8', GatewayId: 'igw-0123456789abcdef0'}
    expect(await codeOf(ec2.createRoute(missing))).to.equal('InvalidGatewayID.NotFound')
  })

  it('route to an interface, and to a black hole once it is gone', async () => {
    const {ec2, fabric} = region
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'running')
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({})
    const nic = present(NetworkInterfaces[0]?.NetworkInterfaceId)
    fabric.synced.length = 0
    await ec2.createRoute({RouteTableId: table, DestinationCidrBlock: '10.200.1.7/24', NetworkInterfaceId: nic})
    expect(fabric.synced.at(-1)?.routeTables[table]?.routes).to.deep.equal([
      {destinationCidrBlock: '10.200.1.0/24', target: {kind: 'networkInterface', networkInterfaceId: nic}},
    ])
    await ec2.createRoute({RouteTableId: table, DestinationCidrBlock: '10.200.2.0/24', InstanceId: id})
    expect(await routes()).to.have.length(2)
    for (const route of await routes())
      expect(route).to.include({NetworkInterfaceId: nic, InstanceId: id, State: 'active'})
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    for (const route of await routes()) expect(route).to.include({NetworkInterfaceId: nic, State: 'blackhole'})
  })

  it('refuse routes that cannot be', async () => {
    const {ec2} = region
    const id = await launch(ec2, net)
    const create = (more: object) => codeOf(ec2.createRoute({RouteTableId: table, ...more}))
    const nowhere = {DestinationCidrBlock: '10.200.0.0/24'}
    expect(await create(nowhere)).to.equal('MissingParameter')
    const twice = {...nowhere, InstanceId: id, NetworkInterfaceId: 'eni-0123456789abcdef0'}
    expect(await create(twice)).to.equal('InvalidParameterCombination')
    expect(await create({DestinationCidrBlock: '10.240.5.0/24', InstanceId: id})).to.equal('InvalidParameterValue')
    expect(await create({DestinationCidrBlock: '10.200.0.0', InstanceId: id})).to.equal('InvalidParameterValue')
    expect(await create({...nowhere, NetworkInterfaceId: 'eni-0123456789abcdef0'})).to.equal(
      'InvalidNetworkInterfaceID.NotFound',
    )
    const other = await network(ec2, '10.1.0.0/16')
    const stranger = await launch(ec2, other)
    expect(await create({...nowhere, InstanceId: stranger})).to.equal('InvalidParameterValue')
  })

  it('have their routes replaced and deleted', async () => {
    const {ec2} = region
    const [a, b] = [await launch(ec2, net), await launch(ec2, net)]
    const route = {RouteTableId: table, DestinationCidrBlock: '10.200.1.0/24'}
    expect(await codeOf(ec2.replaceRoute({...route, InstanceId: a}))).to.equal('InvalidParameterValue')
    await ec2.createRoute({...route, InstanceId: a})
    await ec2.replaceRoute({...route, InstanceId: b})
    expect((await routes()).map(({InstanceId}) => InstanceId)).to.deep.equal([b])
    await ec2.deleteRoute(route)
    expect(await routes()).to.deep.equal([])
    expect(await codeOf(ec2.deleteRoute(route))).to.equal('InvalidRoute.NotFound')
    const local = {RouteTableId: table, DestinationCidrBlock: '10.240.0.0/16'}
    expect(await codeOf(ec2.deleteRoute(local))).to.equal('InvalidParameterValue')
  })
})
