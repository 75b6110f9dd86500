import type {CreateVolumeCommandInput} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {codeOf, eachRegion, launch, present, reaches, type TestNetwork, type TestRegion} from '../test-region.js'

describe('volumes', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  const create = (more: Partial<CreateVolumeCommandInput> = {}) =>
    region.ec2.createVolume({AvailabilityZone: 'local-1a', Size: 10, ...more})
  const shown = async (id: string | undefined) =>
    present((await region.ec2.describeVolumes({VolumeIds: [present(id)]})).Volumes?.[0])
  const root = async (instanceId: string) => {
    const Filters = [{Name: 'attachment.instance-id', Values: [instanceId]}]
    return present((await region.ec2.describeVolumes({Filters})).Volumes?.[0])
  }

  it('are made on their own, once for a client token', async () => {
    const {ec2} = region
    const input = {
      VolumeType: 'gp3' as const,
      Throughput: 250,
      Encrypted: true,
      ClientToken: 'once',
      TagSpecifications: [{ResourceType: 'volume' as const, Tags: [{Key: 'k', Value: 'v'}]}],
    }
    const made = await create(input)
    expect(made.State).to.equal('creating')
    expect((await create(input)).VolumeId).to.equal(made.VolumeId)
    expect(await shown(made.VolumeId)).to.deep.include({
      State: 'available',
      Size: 10,
      VolumeType: 'gp3',
      Iops: 3000,
      Throughput: 250,
      Encrypted: true,
      AvailabilityZone: 'local-1a',
      Tags: [{Key: 'k', Value: 'v'}],
    })
    const plain = await create({Size: 100})
    expect(await shown(plain.VolumeId)).to.include({VolumeType: 'gp2', Iops: 300, Encrypted: false})
    await ec2.deleteVolume({VolumeId: made.VolumeId})
    expect(await codeOf(shown(made.VolumeId))).to.equal('InvalidVolume.NotFound')
  })

  it('are as large and as fast as their type can be', async () => {
    for (const [input, code] of [
      [{Size: undefined}, 'MissingParameter'],
      [{Size: 20_000}, 'InvalidParameterValue'],
      [{VolumeType: 'gp9' as 'gp3'}, 'InvalidParameterValue'],
      [{VolumeType: 'gp3', Iops: 100}, 'InvalidParameterValue'],
      [{VolumeType: 'gp3', Throughput: 2000}, 'InvalidParameterValue'],
      [{VolumeType: 'gp2', Iops: 3000}, 'InvalidParameterCombination'],
      [{VolumeType: 'gp2', Throughput: 125}, 'InvalidParameterCombination'],
      [{VolumeType: 'io2'}, 'MissingParameter'],
      [{VolumeType: 'io2', Iops: 5000}, 'no error'],
      [{AvailabilityZone: 'local-1z'}, 'InvalidZone.NotFound'],
      [{SnapshotId: 'snap-0123456789abcdef0'}, 'InvalidSnapshot.NotFound'],
      [{MultiAttachEnabled: true}, 'UnsupportedOperation'],
    ] as const)
      expect(await codeOf(create(input)), JSON.stringify(input)).to.equal(code)
  })

  it('grow, and change their type', async () => {
    const {ec2} = region
    const {VolumeId} = await create({VolumeType: 'gp3', Throughput: 250})
    const modify = (more: object) => ec2.modifyVolume({VolumeId, ...more})
    const {VolumeModification} = await modify({Size: 20, Iops: 4000})
    expect(VolumeModification).to.include({
      ModificationState: 'completed',
      OriginalSize: 10,
      OriginalIops: 3000,
      TargetSize: 20,
      TargetIops: 4000,
      TargetThroughput: 250,
    })
    expect(await shown(VolumeId)).to.include({Size: 20, Iops: 4000, Throughput: 250})
    const listed = await ec2.describeVolumesModifications({VolumeIds: [present(VolumeId)]})
    expect(listed.VolumesModifications?.map(({TargetSize}) => TargetSize)).to.deep.equal([20])
    await modify({VolumeType: 'gp2'})
    const changed = await shown(VolumeId)
    expect([changed.VolumeType, changed.Iops, changed.Throughput]).to.deep.equal(['gp2', 100, undefined])
    expect(await codeOf(modify({Size: 5}))).to.equal('InvalidParameterValue')
    expect(await codeOf(modify({}))).to.equal('MissingParameter')
    const other = present((await create()).VolumeId)
    const none = ec2.describeVolumesModifications({VolumeIds: [other]})
    expect(await codeOf(none)).to.equal('InvalidVolumeModification.NotFound')
  })

  it('of instances are as asked for', async () => {
    const id = await launch(region.ec2, net, {
      BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {VolumeSize: 30, VolumeType: 'gp3', Iops: 6000}}],
    })
    expect(await root(id)).to.include({Size: 30, Iops: 6000, Throughput: 125, State: 'in-use'})
  })

  it('are neither put into machines nor taken out of them, which EC2 would say so', async () => {
    const {ec2} = region
    const InstanceId = await launch(ec2, net)
    await reaches(ec2, InstanceId, 'running')
    const attach = async (more: Partial<CreateVolumeCommandInput>) =>
      codeOf(ec2.attachVolume({InstanceId, VolumeId: (await create(more)).VolumeId, Device: '/dev/sdf'}))
    expect(await attach({})).to.equal('UnsupportedOperation')
    expect(await attach({AvailabilityZone: 'local-1b'})).to.equal('InvalidVolume.ZoneMismatch')
    const {VolumeId} = await root(InstanceId)
    expect(await codeOf(ec2.attachVolume({InstanceId, VolumeId, Device: '/dev/sdf'}))).to.equal('VolumeInUse')
    expect(await codeOf(ec2.detachVolume({VolumeId}))).to.equal('OperationNotPermitted')
    expect(await codeOf(ec2.deleteVolume({VolumeId}))).to.equal('VolumeInUse')
    const {VolumeId: free} = await create()
    expect(await codeOf(ec2.detachVolume({VolumeId: free}))).to.equal('IncorrectState')
  })
})
