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

describe('the life of an instance', () => {
  let region: TestRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
    await region.ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
  })

  afterEach(async () => {
    expect(region.errors).to.deep.equal([])
    await region.close()
  })

  const running = async (more = {}) => {
    const id = await launch(region.ec2, net, more)
    await reaches(region.ec2, id, 'running')
    return id
  }
  const describe1 = async (id: string) =>
    present((await region.ec2.describeInstances({InstanceIds: [id]})).Reservations?.[0]?.Instances?.[0])

  it('stops and starts; its private address stays, its public one does not', async () => {
    const {ec2, fabric} = region
    const id = await running()
    const InstanceIds = [id]
    const {StoppingInstances} = await ec2.stopInstances({InstanceIds})
    expect(StoppingInstances?.[0]).to.deep.equal({
      InstanceId: id,
      CurrentState: {Code: 64, Name: 'stopping'},
      PreviousState: {Code: 16, Name: 'running'},
    })
    await reaches(ec2, id, 'stopped')
    const stopped = await describe1(id)
    expect([stopped.PrivateIpAddress, stopped.PublicIpAddress]).to.deep.equal(['10.240.0.4', undefined])
    expect(stopped.StateReason?.Code).to.equal('Client.UserInitiatedShutdown')
    expect(fabric.callsOf('stopMachine')).to.deep.equal([`stopMachine ${id} politely`])

    const {StartingInstances} = await ec2.startInstances({InstanceIds})
    expect(StartingInstances?.[0]?.CurrentState?.Name).to.equal('pending')
    await reaches(ec2, id, 'running')
    const started = await describe1(id)
    expect([started.PrivateIpAddress, started.PublicIpAddress]).to.deep.equal(['10.240.0.4', '198.18.0.4'])
    expect(started.StateReason).to.equal(undefined)
  })

  it('starts again without a public address if it was launched without one', async () => {
    const {ec2} = region
    const nic = {DeviceIndex: 0, SubnetId: net.subnetId, AssociatePublicIpAddress: false}
    const id = await running({SubnetId: undefined, SecurityGroupIds: undefined, NetworkInterfaces: [nic]})
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    await ec2.startInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'running')
    expect((await describe1(id)).PublicIpAddress).to.equal(undefined)
  })

  it('ends: everything it had is gone before it is `terminated`', async () => {
    const {ec2, fabric, store} = region
    const id = await running()
    const release = fabric.hold('removeMachine')
    const {TerminatingInstances} = await ec2.terminateInstances({InstanceIds: [id]})
    expect(TerminatingInstances?.[0]?.CurrentState).to.deep.equal({Code: 32, Name: 'shutting-down'})
    expect((await describe1(id)).State?.Name).to.equal('shutting-down')
    release()
    await reaches(ec2, id, 'terminated')
    expect([store.state.networkInterfaces, store.state.volumes]).to.deep.equal([{}, {}])
    expect(fabric.calls.slice(-3)).to.deep.equal([
      `stopMachine ${id} force`,
      `removeMachine ${id}`,
      `syncVpc ${net.vpcId}`,
    ])
    const again = await ec2.terminateInstances({InstanceIds: [id]})
    expect(again.TerminatingInstances?.[0]?.PreviousState?.Name).to.equal('terminated')
    expect(fabric.callsOf('removeMachine')).to.have.length(1)
  })

  it('leaves what was to outlive it', async () => {
    const {ec2} = region
    const id = await running({
      SubnetId: undefined,
      SecurityGroupIds: undefined,
      NetworkInterfaces: [{DeviceIndex: 0, SubnetId: net.subnetId, DeleteOnTermination: false}],
      BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {DeleteOnTermination: false}}],
    })
    const VolumeId = present((await ec2.describeVolumes({})).Volumes?.[0]?.VolumeId)
    expect(await codeOf(ec2.deleteVolume({VolumeId}))).to.equal('VolumeInUse')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    expect((await ec2.describeVolumes({VolumeIds: [VolumeId]})).Volumes?.[0]?.State).to.equal('available')
    await ec2.deleteVolume({VolumeId})
    expect(await codeOf(ec2.deleteVolume({VolumeId}))).to.equal('InvalidVolume.NotFound')
    const nic = present((await ec2.describeNetworkInterfaces({})).NetworkInterfaces?.[0])
    expect([nic.Status, nic.Association]).to.deep.equal(['available', undefined])
    expect(await codeOf(ec2.deleteSubnet({SubnetId: net.subnetId}))).to.equal('DependencyViolation')
    await ec2.deleteNetworkInterface({NetworkInterfaceId: nic.NetworkInterfaceId})
    await ec2.deleteSubnet({SubnetId: net.subnetId})
  })

  it('can end while it boots', async () => {
    const {ec2, fabric} = region
    const release = fabric.hold('startMachine')
    const id = await launch(ec2, net)
    await ec2.terminateInstances({InstanceIds: [id]})
    release()
    await reaches(ec2, id, 'terminated')
    expect(fabric.running.has(id)).to.equal(false)
  })

  it('can end while it ignores a polite stop', async () => {
    const {ec2, fabric} = region
    const id = await running()
    const release = fabric.hold('stopMachine')
    await ec2.stopInstances({InstanceIds: [id]})
    await ec2.terminateInstances({InstanceIds: [id]})
    expect(fabric.callsOf('stopMachine')).to.deep.equal([`stopMachine ${id} politely`, `stopMachine ${id} force`])
    release()
    await reaches(ec2, id, 'terminated')
  })

  it('allows each change of state from some states only, for all instances of a call or none', async () => {
    const {ec2, fabric} = region
    const a = await running()
    const b = await running()
    const [onlyA, both] = [{InstanceIds: [a]}, {InstanceIds: [b, a]}]
    expect(await codeOf(ec2.startInstances(onlyA))).to.equal('no error')
    await ec2.stopInstances(onlyA)
    await reaches(ec2, a, 'stopped')
    expect(await codeOf(ec2.stopInstances(onlyA))).to.equal('no error')
    expect(await codeOf(ec2.rebootInstances(both))).to.equal('IncorrectInstanceState')
    expect(fabric.callsOf('rebootMachine')).to.deep.equal([])
    await ec2.terminateInstances(onlyA)
    await reaches(ec2, a, 'terminated')
    expect(await codeOf(ec2.startInstances(onlyA))).to.equal('IncorrectInstanceState')
    expect(await codeOf(ec2.stopInstances(both))).to.equal('IncorrectInstanceState')
    expect((await describe1(b)).State?.Name).to.equal('running')
    const missing = {InstanceIds: [b, 'i-0123456789abcdef0']}
    expect(await codeOf(ec2.terminateInstances(missing))).to.equal('InvalidInstanceID.NotFound')
    expect((await describe1(b)).State?.Name).to.equal('running')
    expect(await codeOf(ec2.stopInstances({InstanceIds: [b], Hibernate: true}))).to.equal('UnsupportedOperation')
  })

  it('reboots without a change of state, though the machine is away for a moment', async () => {
    const {ec2, fabric} = region
    const id = await running()
    const release = fabric.hold('rebootMachine')
    await ec2.rebootInstances({InstanceIds: [id]})
    expect(fabric.callsOf('rebootMachine')).to.deep.equal([`rebootMachine ${id}`])
    fabric.machineExits(id)
    release()
    expect((await describe1(id)).State?.Name).to.equal('running')
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    expect(fabric.callsOf('stopMachine'), 'not before it was asked for').to.deep.equal([`stopMachine ${id} politely`])
  })

  it('is stopped when the machine powers itself off', async () => {
    const {ec2, fabric} = region
    const id = await running()
    fabric.machineExits(id)
    await reaches(ec2, id, 'stopped')
    const instance = await describe1(id)
    expect(instance.StateReason?.Code).to.equal('Client.InstanceInitiatedShutdown')
    expect(instance.PublicIpAddress).to.equal(undefined)
  })

  it('is terminated when the machine powers itself off, if it was launched so', async () => {
    const {ec2, fabric, store} = region
    const id = await running({InstanceInitiatedShutdownBehavior: 'terminate'})
    fabric.machineExits(id)
    await reaches(ec2, id, 'terminated')
    expect(fabric.callsOf('removeMachine')).to.deep.equal([`removeMachine ${id}`])
    expect(store.state.networkInterfaces).to.deep.equal({})
  })

  it('goes on ending when TerminateInstances is called again after the host failed', async () => {
    const {ec2, fabric} = region
    const id = await running()
    fabric.fail('removeMachine', new Error('device busy'))
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'shutting-down')
    fabric.fail('removeMachine', undefined)
    expect(region.errors.splice(0).map(String)).to.deep.equal(['Error: device busy'])
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
  })
})
