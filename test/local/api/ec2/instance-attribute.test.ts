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

  it('protection keeps an instance from being stopped or terminated', async () => {
    const {ec2} = region
    const ids = {InstanceIds: [id]}
    await ec2.modifyInstanceAttribute({InstanceId: id, DisableApiTermination: {Value: true}})
    await ec2.modifyInstanceAttribute({InstanceId: id, Attribute: 'disableApiStop', Value: 'true'})
    const attribute = await ec2.describeInstanceAttribute({InstanceId: id, Attribute: 'disableApiTermination'})
    expect(attribute.DisableApiTermination?.Value).to.equal(true)
    const stop = await ec2.describeInstanceAttribute({InstanceId: id, Attribute: 'disableApiStop'})
    expect(stop.DisableApiStop?.Value).to.equal(true)
    expect(await codeOf(ec2.terminateInstances(ids))).to.equal('OperationNotPermitted')
    expect(await codeOf(ec2.stopInstances(ids))).to.equal('OperationNotPermitted')
    await ec2.modifyInstanceAttribute({InstanceId: id, DisableApiTermination: {Value: false}})
    await ec2.terminateInstances(ids)
    await reaches(ec2, id, 'terminated')

    const guarded = await launch(ec2, net, {DisableApiTermination: true})
    expect(await codeOf(ec2.terminateInstances({InstanceIds: [guarded]}))).to.equal('OperationNotPermitted')
  })

  it('the type can be changed while the instance is stopped, for one of its architecture', async () => {
    const {ec2} = region
    const change = (Value: string) => ec2.modifyInstanceAttribute({InstanceId: id, InstanceType: {Value}})
    expect(await codeOf(change('t3.large'))).to.equal('IncorrectInstanceState')
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    expect(await codeOf(change('t4g.large'))).to.equal('InvalidParameterValue')
    expect(await codeOf(change('t3.huge'))).to.equal('InvalidParameterValue')
    await change('t3.large')
    const {Reservations = []} = await ec2.describeInstances({Filters: [{Name: 'instance-type', Values: ['t3.large']}]})
    expect(Reservations[0]?.Instances?.[0]).to.deep.include({
      InstanceId: id,
      CpuOptions: {CoreCount: 1, ThreadsPerCore: 2},
    })
  })

  it('the root volume can be kept', async () => {
    const {ec2, store} = region
    const keep = (DeviceName: string) =>
      ec2.modifyInstanceAttribute({
        InstanceId: id,
        BlockDeviceMappings: [{DeviceName, Ebs: {DeleteOnTermination: false}}],
      })
    expect(await codeOf(keep('/dev/sdz'))).to.equal('InvalidInstanceAttributeValue')
    await keep('/dev/xvda')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    expect(Object.values(store.state.volumes).map(volume => volume.instanceId)).to.deep.equal([undefined])
  })

  it('metadata options can be changed, and go to the host', async () => {
    const {ec2, fabric} = region
    const modify = (options: object) => ec2.modifyInstanceMetadataOptions({InstanceId: id, ...options})
    const {InstanceMetadataOptions} = await modify({HttpTokens: 'required', HttpPutResponseHopLimit: 2})
    expect(InstanceMetadataOptions).to.include({HttpTokens: 'required', HttpPutResponseHopLimit: 2, State: 'applied'})
    await modify({HttpEndpoint: 'disabled'})
    expect(fabric.synced.at(-1)?.instances[id]?.metadataOptions).to.deep.equal({
      httpTokens: 'required',
      httpPutResponseHopLimit: 2,
      httpEndpoint: 'disabled',
    })
    expect(await codeOf(modify({HttpPutResponseHopLimit: 65}))).to.equal('InvalidParameterValue')
    expect(await codeOf(modify({InstanceMetadataTags: 'enabled'}))).to.equal('UnsupportedOperation')
    expect(await codeOf(modify({}))).to.equal('MissingParameter')
  })

  it('CPU credits are those of burstable types', async () => {
    const {ec2} = region
    const InstanceCreditSpecifications = [{InstanceId: id, CpuCredits: 'standard'}]
    const creditsOf = async (...InstanceIds: string[]) => {
      const answer = await ec2.describeInstanceCreditSpecifications({InstanceIds})
      return answer.InstanceCreditSpecifications?.map(item => item.CpuCredits)
    }
    expect(await creditsOf(id)).to.deep.equal(['unlimited'])
    await ec2.modifyInstanceCreditSpecification({InstanceCreditSpecifications})
    expect(await creditsOf(id)).to.deep.equal(['standard'])
    const other = await launch(ec2, net, {InstanceType: 'm5.large'})
    expect(await codeOf(creditsOf(other))).to.equal('InstanceCreditSpecification.NotSupported')
    expect((await ec2.describeInstanceCreditSpecifications({})).InstanceCreditSpecifications).to.have.length(1)
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
