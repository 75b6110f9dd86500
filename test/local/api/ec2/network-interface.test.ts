import type {CreateNetworkInterfaceCommandInput} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {IMAGE, codeOf, eachRegion, launch, present, reaches, type TestNetwork, type TestRegion} from '../test-region.js'

describe('network interfaces', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  const create = async (more: Partial<CreateNetworkInterfaceCommandInput> = {}) =>
    present((await region.ec2.createNetworkInterface({SubnetId: net.subnetId, ...more})).NetworkInterface)
  const shown = async (id: string | undefined) =>
    present((await region.ec2.describeNetworkInterfaces({NetworkInterfaceIds: [present(id)]})).NetworkInterfaces?.[0])

  it('are made on their own, once for a client token', async () => {
    const {ec2} = region
    const input = {
      Description: 'spare',
      Groups: [net.groupId],
      PrivateIpAddresses: [{PrivateIpAddress: '10.240.0.77', Primary: true}],
      ClientToken: 'once',
      TagSpecifications: [{ResourceType: 'network-interface' as const, Tags: [{Key: 'k', Value: 'v'}]}],
    }
    const nic = await create(input)
    expect((await create(input)).NetworkInterfaceId).to.equal(nic.NetworkInterfaceId)
    const NetworkInterfaceId = present(nic.NetworkInterfaceId)
    expect(await shown(NetworkInterfaceId)).to.deep.include({
      NetworkInterfaceId,
      Status: 'available',
      Description: 'spare',
      PrivateIpAddress: '10.240.0.77',
      Groups: [{GroupId: net.groupId, GroupName: 'nodes'}],
      TagSet: [{Key: 'k', Value: 'v'}],
    })
    const [group] = (await create()).Groups ?? []
    expect(group?.GroupName).to.equal('default')
    const Filters = [{Name: 'description', Values: ['sp*']}]
    expect((await ec2.describeNetworkInterfaces({Filters})).NetworkInterfaces).to.have.length(1)
    await ec2.deleteNetworkInterface({NetworkInterfaceId})
    const gone = ec2.describeNetworkInterfaces({NetworkInterfaceIds: [NetworkInterfaceId]})
    expect(await codeOf(gone)).to.equal('InvalidNetworkInterfaceID.NotFound')
  })

  it('have one address, of their subnet', async () => {
    expect(await codeOf(create({PrivateIpAddress: '10.241.0.7'}))).to.equal('InvalidParameterValue')
    const PrivateIpAddress = present((await create()).PrivateIpAddress)
    expect(await codeOf(create({PrivateIpAddress}))).to.equal('InvalidIPAddress.InUse')
    const limit = 'PrivateIpAddressLimitExceeded'
    expect(await codeOf(create({SecondaryPrivateIpAddressCount: 1}))).to.equal(limit)
    const two = ['10.240.0.8', '10.240.0.9'].map(address => ({PrivateIpAddress: address}))
    expect(await codeOf(create({PrivateIpAddresses: two}))).to.equal(limit)
    const {NetworkInterfaceId} = await create()
    const {ec2} = region
    const more = ec2.assignPrivateIpAddresses({NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1})
    expect(await codeOf(more)).to.equal(limit)
    const less = ec2.unassignPrivateIpAddresses({NetworkInterfaceId, PrivateIpAddresses: [PrivateIpAddress]})
    expect(await codeOf(less)).to.equal('InvalidParameterValue')
  })

  it('have attributes', async () => {
    const {ec2} = region
    const NetworkInterfaceId = present((await create()).NetworkInterfaceId)
    await ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId, Description: {Value: 'changed'}})
    const attribute = (Attribute: 'description' | 'groupSet' | 'sourceDestCheck' | 'attachment') =>
      ec2.describeNetworkInterfaceAttribute({NetworkInterfaceId, Attribute})
    expect((await attribute('description')).Description?.Value).to.equal('changed')
    expect((await attribute('sourceDestCheck')).SourceDestCheck?.Value).to.equal(true)
    expect((await attribute('groupSet')).Groups?.[0]?.GroupName).to.equal('default')
    expect((await attribute('attachment')).Attachment).to.equal(undefined)
  })

  it('are what an instance is launched with, and outlive it', async () => {
    const {ec2, fabric} = region
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
    const {NetworkInterfaceId, PrivateIpAddress} = await create({Groups: [net.groupId]})
    const input = (more: object = {}) => ({
      ImageId: IMAGE.imageId,
      InstanceType: 't3.small' as const,
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{DeviceIndex: 0, NetworkInterfaceId, ...more}],
    })
    const {Instances: [instance] = []} = await ec2.runInstances(input())
    const id = present(instance?.InstanceId)
    expect(instance).to.include({PrivateIpAddress, SubnetId: net.subnetId})
    await reaches(ec2, id, 'running')
    expect(fabric.synced.at(-1)?.networkInterfaces[present(NetworkInterfaceId)]?.attachment?.instanceId).to.equal(id)
    const nic = await shown(NetworkInterfaceId)
    expect(nic).to.include({Status: 'in-use'})
    expect(nic.Attachment).to.include({InstanceId: id, DeleteOnTermination: false, DeviceIndex: 0})
    // Only an interface that is made for an instance gets a public address by itself.
    expect(nic.Association).to.equal(undefined)
    expect(await codeOf(ec2.runInstances(input()))).to.equal('InvalidNetworkInterface.InUse')
    const groups = ec2.runInstances(input({Groups: [net.groupId]}))
    expect(await codeOf(groups)).to.equal('InvalidParameterCombination')

    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    expect(await shown(NetworkInterfaceId)).to.include({Status: 'available'})
    expect(await codeOf(ec2.runInstances({...input(), MaxCount: 2}))).to.equal('InvalidParameterCombination')
    expect(await codeOf(ec2.runInstances(input()))).to.equal('no error')
  })

  it('are one for an instance, for as long as it lives', async () => {
    const {ec2} = region
    const InstanceId = await launch(ec2, net)
    const {NetworkInterfaceId} = await create()
    const attach = (DeviceIndex: number) =>
      codeOf(ec2.attachNetworkInterface({InstanceId, NetworkInterfaceId, DeviceIndex}))
    expect(await attach(0)).to.equal('InvalidParameterValue')
    expect(await attach(1)).to.equal('AttachmentLimitExceeded')
    const Filters = [{Name: 'attachment.instance-id', Values: [InstanceId]}]
    const [nic] = (await ec2.describeNetworkInterfaces({Filters})).NetworkInterfaces ?? []
    const AttachmentId = present(nic?.Attachment?.AttachmentId)
    expect(await codeOf(ec2.detachNetworkInterface({AttachmentId}))).to.equal('OperationNotPermitted')
    const unknown = ec2.detachNetworkInterface({AttachmentId: 'eni-attach-0123456789abcdef0'})
    expect(await codeOf(unknown)).to.equal('InvalidAttachmentID.NotFound')
  })
})
