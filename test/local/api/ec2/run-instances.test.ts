import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {
  codeOf,
  eachRegion,
  launch,
  launchInput,
  network,
  present,
  reaches,
  type TestNetwork,
  type TestRegion,
} from '../test-region.js'

describe('RunInstances', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  const run = (more: Partial<RunInstancesCommandInput>) => region.ec2.runInstances(launchInput(net, more))
  const code = (more: Partial<RunInstancesCommandInput>) => codeOf(run(more))
  const describe1 = async (id: string) =>
    present((await region.ec2.describeInstances({InstanceIds: [id]})).Reservations?.[0]?.Instances?.[0])

  it('answers `pending` while the machine boots, and `running` once it has', async () => {
    const {ec2, fabric} = region
    const release = fabric.hold('startMachine')
    const {Instances = []} = await run({})
    const id = present(Instances[0]?.InstanceId)
    expect(Instances[0]?.State).to.deep.equal({Code: 0, Name: 'pending'})
    expect((await describe1(id)).State?.Name).to.equal('pending')
    release()
    await reaches(ec2, id, 'running')
    const [synced, started] = fabric.calls.slice(-2)
    expect([synced, started]).to.deep.equal([`syncVpc ${net.vpcId}`, `startMachine ${id}`])
    expect(fabric.synced.at(-1)?.instances, 'the host is told of the interface first').to.have.property(id)
  })

  it('makes what it was asked for', async () => {
    const {ec2} = region
    await ec2.importKeyPair({
      KeyName: 'mine',
      PublicKeyMaterial: Buffer.from(
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExMcgohBrWb5ln8c5Y4BmHyYqcc6h94LmHIDQUwUzkx',
      ),
    })
    const tag = (type: 'instance' | 'volume' | 'network-interface') => ({
      ResourceType: type,
      Tags: [{Key: 'for', Value: type}],
    })
    const UserData = Buffer.from('#cloud-config\n').toString('base64')
    const {Instances = []} = await ec2.runInstances({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      KeyName: 'mine',
      UserData,
      ClientToken: 'token-1',
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 2, HttpEndpoint: 'enabled'},
      BlockDeviceMappings: [
        {DeviceName: '/dev/xvda', Ebs: {VolumeSize: 20, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true}},
      ],
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: net.subnetId,
          Groups: [net.groupId],
          PrivateIpAddress: '10.240.0.11',
          AssociatePublicIpAddress: true,
          DeleteOnTermination: true,
        },
      ],
      TagSpecifications: [tag('instance'), tag('volume'), tag('network-interface')],
    })
    const answered = present(Instances[0])
    expect(answered.PublicIpAddress, 'EC2 does not name it yet').to.equal(undefined)
    const instance = await describe1(present(answered.InstanceId))
    expect(instance).to.include({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.small',
      Architecture: 'x86_64',
      KeyName: 'mine',
      ClientToken: 'token-1',
      PrivateIpAddress: '10.240.0.11',
      PrivateDnsName: 'ip-10-240-0-11.local-1.compute.internal',
      PublicIpAddress: '198.18.0.4',
      SubnetId: net.subnetId,
      VpcId: net.vpcId,
      SourceDestCheck: true,
    })
    expect(instance.Placement?.AvailabilityZone).to.equal('local-1a')
    expect(instance.SecurityGroups).to.deep.equal([{GroupId: net.groupId, GroupName: 'nodes'}])
    expect(instance.MetadataOptions).to.include({HttpTokens: 'required', HttpPutResponseHopLimit: 2})
    expect(instance.Tags).to.deep.equal([{Key: 'for', Value: 'instance'}])
    const nic = present(instance.NetworkInterfaces?.[0])
    expect(nic.Association?.PublicIp).to.equal('198.18.0.4')
    expect(nic.MacAddress).to.match(/^02(:[0-9a-f]{2}){5}$/)
    expect(nic.Attachment).to.include({DeviceIndex: 0, Status: 'attached'})
    const {Volumes = []} = await ec2.describeVolumes({Filters: [{Name: 'tag:for', Values: ['volume']}]})
    expect(Volumes[0]).to.include({Size: 20, VolumeType: 'gp3', Encrypted: true, State: 'in-use'})
    expect(Volumes[0]?.Attachments?.[0]).to.include({InstanceId: answered.InstanceId, Device: '/dev/xvda'})
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({
      Filters: [{Name: 'tag:for', Values: ['network-interface']}],
    })
    expect(NetworkInterfaces.map(({NetworkInterfaceId}) => NetworkInterfaceId)).to.deep.equal([nic.NetworkInterfaceId])
    const stored = region.store.state.instances[present(answered.InstanceId)]
    expect(stored).to.include({userData: UserData, instanceInitiatedShutdownBehavior: 'terminate'})
  })

  it('makes as many as there is room for, at least the minimum', async () => {
    const {ec2} = region
    const small = await ec2.createSubnet({VpcId: net.vpcId, CidrBlock: '10.240.9.0/28'})
    const SubnetId = present(small.Subnet?.SubnetId)
    const {Instances = []} = await run({SubnetId, MinCount: 1, MaxCount: 20})
    expect(Instances.map(instance => instance.PrivateIpAddress)).to.deep.equal(
      Array.from({length: 11}, (_, i) => `10.240.9.${i + 4}`),
    )
    expect(Instances.map(instance => instance.AmiLaunchIndex)).to.deep.equal(Array.from({length: 11}, (_, i) => i))
    expect(await code({SubnetId})).to.equal('InsufficientFreeAddressesInSubnet')
    const {Reservations} = await ec2.describeInstances({})
    expect(Reservations, 'launched together').to.have.length(1)
  })

  it('gives addresses out once', async () => {
    const nic = {DeviceIndex: 0, SubnetId: net.subnetId}
    const one = {SubnetId: undefined, SecurityGroupIds: undefined}
    await run({...one, NetworkInterfaces: [{...nic, PrivateIpAddress: '10.240.0.11'}]})
    expect(await code({PrivateIpAddress: '10.240.0.11'})).to.equal('InvalidIPAddress.InUse')
    for (const address of ['10.240.0.0', '10.240.0.3', '10.240.0.255', '10.240.1.11', '10.240.0'])
      expect(await code({PrivateIpAddress: address}), address).to.equal('InvalidParameterValue')
    expect(await code({PrivateIpAddress: '10.240.0.12', MaxCount: 2})).to.equal('InvalidParameterCombination')
    expect(await code({PrivateIpAddress: '10.240.0.254'})).to.equal('no error')
  })

  it('gives out every public address there is, and no more', async () => {
    const {ec2} = region
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
    await run({MinCount: 4, MaxCount: 4})
    const {Reservations = []} = await ec2.describeInstances({})
    const addresses = Reservations[0]?.Instances?.map(instance => instance.PublicIpAddress)
    expect(addresses).to.have.members(['198.18.0.4', '198.18.0.5', '198.18.0.6', '198.18.0.7'])
    expect(await code({})).to.equal('InsufficientAddressCapacity')
    expect(Object.keys(region.store.state.instances), 'nothing half made').to.have.length(4)
    const without = [{DeviceIndex: 0, SubnetId: net.subnetId, AssociatePublicIpAddress: false}]
    expect(await code({SubnetId: undefined, SecurityGroupIds: undefined, NetworkInterfaces: without})).to.equal(
      'no error',
    )
  })

  it('puts an instance without groups into the default group', async () => {
    const {Instances = []} = await run({SecurityGroupIds: undefined})
    expect(Instances[0]?.SecurityGroups?.map(({GroupName}) => GroupName)).to.deep.equal(['default'])
  })

  describe('with a client token', () => {
    const ClientToken = 'khw-1234-worker-1-g1'

    it('answers the same request with the same instance', async () => {
      const [first, second] = await Promise.all([run({ClientToken}), run({ClientToken})])
      expect(second.Instances?.[0]?.InstanceId).to.equal(first.Instances?.[0]?.InstanceId)
      expect(second.ReservationId).to.equal(first.ReservationId)
      const id = present(first.Instances?.[0]?.InstanceId)
      await reaches(region.ec2, id, 'running')
      const third = await run({ClientToken})
      expect(third.Instances?.[0]?.State?.Name).to.equal('running')
      expect(region.fabric.callsOf('startMachine')).to.deep.equal([`startMachine ${id}`])
    })

    it('refuses another request', async () => {
      await run({ClientToken})
      expect(await code({ClientToken, InstanceType: 't3.medium'})).to.equal('IdempotentParameterMismatch')
      expect(await code({ClientToken: ClientToken.toUpperCase(), InstanceType: 't3.medium'})).to.equal('no error')
      expect(await code({ClientToken: 'x'.repeat(65)})).to.equal('InvalidParameterValue')
    })

    it('refuses to stand in for an instance that is gone, now and later', async () => {
      const id = await launch(region.ec2, net, {ClientToken})
      await region.ec2.terminateInstances({InstanceIds: [id]})
      expect(await code({ClientToken})).to.equal('IdempotentInstanceTerminated')
      await reaches(region.ec2, id, 'terminated')
      expect(await code({ClientToken})).to.equal('IdempotentInstanceTerminated')
    })

    it('leaves the token free when it fails', async () => {
      expect(await code({ClientToken, KeyName: 'none'})).to.equal('InvalidKeyPair.NotFound')
      expect(await code({ClientToken})).to.equal('no error')
    })
  })

  it('refuses what it cannot do', async () => {
    const base64 = (size: number) => Buffer.alloc(size, 'x').toString('base64')
    const nic = {DeviceIndex: 0, SubnetId: net.subnetId}
    const alone = {SubnetId: undefined, SecurityGroupIds: undefined}
    const cases: [string, Partial<RunInstancesCommandInput>][] = [
      ['InvalidAMIID.NotFound', {ImageId: 'ami-0000000000000000a'}],
      ['InvalidAMIID.Malformed', {ImageId: 'debian'}],
      ['MissingParameter', {ImageId: undefined}],
      ['MissingParameter', {InstanceType: undefined}],
      ['InvalidParameterValue', {InstanceType: 't9.huge' as 't3.small'}],
      ['InvalidParameterValue', {InstanceType: 't4g.small'}],
      ['InvalidParameterValue', {MinCount: 0}],
      ['InvalidParameterValue', {MinCount: 2}],
      ['InvalidSubnetID.NotFound', {SubnetId: 'subnet-0123456789abcdef0'}],
      ['VPCIdNotSpecified', {SubnetId: undefined}],
      ['InvalidGroup.NotFound', {SecurityGroupIds: ['sg-0123456789abcdef0']}],
      ['InvalidKeyPair.NotFound', {KeyName: 'none'}],
      ['InvalidParameterValue', {UserData: base64(16_385)}],
      ['no error', {UserData: base64(16_384)}],
      ['InvalidParameterValue', {UserData: '#cloud-config'}],
      ['InvalidParameterCombination', {NetworkInterfaces: [nic]}],
      ['AttachmentLimitExceeded', {...alone, NetworkInterfaces: [nic, {...nic, DeviceIndex: 1}]}],
      ['InvalidBlockDeviceMapping', {BlockDeviceMappings: [{DeviceName: '/dev/sdb', Ebs: {VolumeSize: 8}}]}],
      ['InvalidBlockDeviceMapping', {BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {VolumeSize: 7}}]}],
      ['InvalidParameterValue', {MetadataOptions: {HttpPutResponseHopLimit: 65}}],
      ['InvalidParameterValue', {Placement: {AvailabilityZone: 'local-1b'}}],
      ['InvalidParameterValue', {TagSpecifications: [{ResourceType: 'vpc', Tags: [{Key: 'a', Value: 'b'}]}]}],
      ['InvalidParameterValue', {IamInstanceProfile: {Name: 'admin'}}],
    ]
    for (const [expected, input] of cases) expect(await code(input), JSON.stringify(input)).to.equal(expected)
    const other = await network(region.ec2, '10.1.0.0/16')
    expect(await code({SecurityGroupIds: [other.groupId]})).to.equal('InvalidParameter')
    expect(Object.keys(region.store.state.instances)).to.have.length(1)
  })

  it('ends as `terminated` when the machine does not start, with the reason', async () => {
    const {ec2, fabric, store} = region
    fabric.fail('startMachine', new Error('the image is gone'))
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'terminated')
    const {StateReason} = await describe1(id)
    expect(StateReason?.Code).to.equal('Server.InternalError')
    expect(StateReason?.Message).to.contain('the image is gone')
    expect(fabric.callsOf('removeMachine')).to.deep.equal([`removeMachine ${id}`])
    expect([store.state.networkInterfaces, store.state.volumes]).to.deep.equal([{}, {}])
    expect(region.errors.map(String)).to.deep.equal(['Error: the image is gone'])
  })
})
