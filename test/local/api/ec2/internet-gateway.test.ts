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

describe('internet gateways', () => {
  let region: TestRegion
  let net: TestNetwork
  let gateway: string

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
    gateway = present((await region.ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
  })

  afterEach(async () => {
    await region.close()
  })

  it('are attached to one VPC, which has one', async () => {
    const {ec2} = region
    const VpcId = net.vpcId
    await ec2.attachInternetGateway({InternetGatewayId: gateway, VpcId})
    const Filters = [{Name: 'attachment.vpc-id', Values: [VpcId]}]
    const {InternetGateways = []} = await ec2.describeInternetGateways({Filters})
    expect(InternetGateways[0]?.Attachments).to.deep.equal([{State: 'available', VpcId}])
    const again = ec2.attachInternetGateway({InternetGatewayId: gateway, VpcId})
    expect(await codeOf(again)).to.equal('Resource.AlreadyAssociated')
    const other = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
    const second = ec2.attachInternetGateway({InternetGatewayId: other, VpcId})
    expect(await codeOf(second)).to.equal('InvalidParameterValue')
  })

  it('are deleted when they are detached', async () => {
    const {ec2} = region
    const both = {InternetGatewayId: gateway, VpcId: net.vpcId}
    await ec2.attachInternetGateway(both)
    expect(await codeOf(ec2.deleteInternetGateway({InternetGatewayId: gateway}))).to.equal('DependencyViolation')
    await ec2.detachInternetGateway(both)
    expect(await codeOf(ec2.detachInternetGateway(both))).to.equal('Gateway.NotAttached')
    await ec2.deleteInternetGateway({InternetGatewayId: gateway})
    const gone = ec2.deleteInternetGateway({InternetGatewayId: gateway})
    expect(await codeOf(gone)).to.equal('InvalidInternetGatewayID.NotFound')
  })

  it('cannot be detached while an interface has a public address', async () => {
    const {ec2} = region
    const both = {InternetGatewayId: gateway, VpcId: net.vpcId}
    await ec2.attachInternetGateway(both)
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
    const id = await launch(ec2, net)
    expect(await codeOf(ec2.detachInternetGateway(both))).to.equal('DependencyViolation')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    await ec2.detachInternetGateway(both)
  })
})
