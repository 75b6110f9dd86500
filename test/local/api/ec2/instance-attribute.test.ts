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

describe('attributes of instances and interfaces', () => {
  let region: TestRegion
  let net: TestNetwork
  let id: string
  let nic: string

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
    id = await launch(region.ec2, net)
    await reaches(region.ec2, id, 'running')
    nic = present((await region.ec2.describeNetworkInterfaces({})).NetworkInterfaces?.[0]?.NetworkInterfaceId)
  })

  afterEach(async () => {
    await region.close()
  })

  it('the source/destination check goes to the host', async () => {
    const {ec2, fabric} = region
    await ec2.modifyInstanceAttribute({InstanceId: id, SourceDestCheck: {Value: false}})
    expect(fabric.synced.at(-1)?.networkInterfaces[nic]?.sourceDestCheck).to.equal(false)
    const {SourceDestCheck} = await ec2.describeInstanceAttribute({InstanceId: id, Attribute: 'sourceDestCheck'})
    expect(SourceDestCheck?.Value).to.equal(false)
    await ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId: nic, SourceDestCheck: {Value: true}})
    expect(fabric.synced.at(-1)?.networkInterfaces[nic]?.sourceDestCheck).to.equal(true)
  })

  it('groups can be changed for others of the VPC, up to five', async () => {
    const {ec2, fabric} = region
    const groups: string[] = []
    for (const GroupName of ['a', 'b', 'c', 'd', 'e', 'f'])
      groups.push(present((await ec2.createSecurityGroup({GroupName, Description: 'x', VpcId: net.vpcId})).GroupId))
    await ec2.modifyInstanceAttribute({InstanceId: id, Groups: groups.slice(0, 2)})
    expect(fabric.synced.at(-1)?.networkInterfaces[nic]?.groupIds).to.deep.equal(groups.slice(0, 2))
    await ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId: nic, Groups: groups.slice(2, 3)})
    const {Groups} = await ec2.describeInstanceAttribute({InstanceId: id, Attribute: 'groupSet'})
    expect(Groups).to.deep.equal([{GroupId: groups[2], GroupName: 'c'}])
    const six = ec2.modifyInstanceAttribute({InstanceId: id, Groups: groups})
    expect(await codeOf(six)).to.equal('SecurityGroupsPerInterfaceLimitExceeded')
    const other = await network(ec2, '10.1.0.0/16')
    const foreign = ec2.modifyInstanceAttribute({InstanceId: id, Groups: [other.groupId]})
    expect(await codeOf(foreign)).to.equal('InvalidParameter')
  })

  it('the shutdown behaviour can be changed', async () => {
    const {ec2} = region
    const InstanceId = id
    await ec2.modifyInstanceAttribute({InstanceId, InstanceInitiatedShutdownBehavior: {Value: 'terminate'}})
    const Attribute = 'instanceInitiatedShutdownBehavior'
    const answer = await ec2.describeInstanceAttribute({InstanceId, Attribute})
    expect(answer.InstanceInitiatedShutdownBehavior?.Value).to.equal('terminate')
    const bad = ec2.modifyInstanceAttribute({InstanceId, InstanceInitiatedShutdownBehavior: {Value: 'explode'}})
    expect(await codeOf(bad)).to.equal('InvalidParameterValue')
  })

  it('user data can be changed while the instance is stopped', async () => {
    const {ec2} = region
    const change = {InstanceId: id, UserData: {Value: Buffer.from('two')}}
    expect(await codeOf(ec2.modifyInstanceAttribute(change))).to.equal('IncorrectInstanceState')
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    await ec2.modifyInstanceAttribute(change)
    const {UserData} = await ec2.describeInstanceAttribute({InstanceId: id, Attribute: 'userData'})
    expect(Buffer.from(present(UserData?.Value), 'base64').toString()).to.equal('two')
  })

  it('one at a time, and something to change', async () => {
    const {ec2} = region
    const two = {SourceDestCheck: {Value: false}, InstanceInitiatedShutdownBehavior: {Value: 'stop'}}
    const both = ec2.modifyInstanceAttribute({InstanceId: id, ...two})
    expect(await codeOf(both)).to.equal('InvalidParameterCombination')
    expect(await codeOf(ec2.modifyInstanceAttribute({InstanceId: id}))).to.equal('MissingParameter')
    expect(await codeOf(ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId: nic}))).to.equal('MissingParameter')
  })

  it('an interface in use is neither deleted nor lost', async () => {
    const {ec2} = region
    expect(await codeOf(ec2.deleteNetworkInterface({NetworkInterfaceId: nic}))).to.equal('InvalidParameterValue')
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({
      Filters: [{Name: 'attachment.instance-id', Values: [id]}],
    })
    const attachment = present(NetworkInterfaces[0]?.Attachment)
    const AttachmentId = attachment.AttachmentId
    const Attachment = {AttachmentId, DeleteOnTermination: false}
    await ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId: nic, Attachment})
    expect(region.store.state.networkInterfaces[nic]?.attachment?.deleteOnTermination).to.equal(false)
    const wrong = {AttachmentId: 'eni-attach-00000000000000000', DeleteOnTermination: true}
    const call = ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId: nic, Attachment: wrong})
    expect(await codeOf(call)).to.equal('InvalidAttachmentID.NotFound')
  })
})
