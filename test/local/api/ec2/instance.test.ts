import {expect} from 'chai'
import {codeOf, eachRegion, launch, present, reaches, type TestNetwork, type TestRegion} from '../test-region.js'

describe('instances', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  const ids = async (Name: string, ...Values: string[]) => {
    const {Reservations = []} = await region.ec2.describeInstances({Filters: [{Name, Values}]})
    return Reservations.flatMap(({Instances = []}) => Instances.map(({InstanceId}) => InstanceId))
  }

  it('are found by what they are', async () => {
    const {ec2} = region
    const a = await launch(ec2, net, {ClientToken: 'a', PrivateIpAddress: '10.240.0.11'})
    const b = await launch(ec2, net, {InstanceType: 'm5.large'})
    await reaches(ec2, a, 'running')
    await reaches(ec2, b, 'running')
    await ec2.stopInstances({InstanceIds: [b]})
    await reaches(ec2, b, 'stopped')
    expect(await ids('client-token', 'a')).to.deep.equal([a])
    expect(await ids('private-ip-address', '10.240.0.11')).to.deep.equal([a])
    expect(await ids('instance-type', 'm5.*')).to.deep.equal([b])
    expect(await ids('instance-state-name', 'stopped', 'stopping')).to.deep.equal([b])
    expect(await ids('instance-state-code', '16')).to.deep.equal([a])
    expect(await ids('vpc-id', net.vpcId)).to.have.members([a, b])
    expect(await ids('instance.group-id', net.groupId)).to.have.members([a, b])
    expect(await codeOf(ids('flavour', 'x'))).to.equal('InvalidParameterValue')
    const missing = ec2.describeInstances({InstanceIds: [a, 'i-0123456789abcdef0']})
    expect(await codeOf(missing)).to.equal('InvalidInstanceID.NotFound')
    expect(await codeOf(ec2.describeInstances({InstanceIds: ['worker-1']}))).to.equal('InvalidInstanceID.Malformed')
  })

  it('come in pages of reservations', async () => {
    const {ec2} = region
    const launched: string[] = []
    for (let i = 0; i < 7; i += 1) launched.push(await launch(ec2, net))
    const first = await ec2.describeInstances({MaxResults: 5})
    const second = await ec2.describeInstances({MaxResults: 5, NextToken: present(first.NextToken)})
    expect([first.Reservations?.length, second.Reservations?.length, second.NextToken]).to.deep.equal([5, 2, undefined])
    const seen = [...(first.Reservations ?? []), ...(second.Reservations ?? [])]
    expect(seen.map(({Instances}) => Instances?.[0]?.InstanceId)).to.have.members(launched)
  })

  it('have a status while they run', async () => {
    const {ec2} = region
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'running')
    const {InstanceStatuses = []} = await ec2.describeInstanceStatus({InstanceIds: [id]})
    expect(InstanceStatuses[0]?.InstanceStatus?.Status).to.equal('ok')
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    expect((await ec2.describeInstanceStatus({})).InstanceStatuses).to.deep.equal([])
    const all = await ec2.describeInstanceStatus({IncludeAllInstances: true})
    expect(all.InstanceStatuses?.[0]?.InstanceState?.Name).to.equal('stopped')
  })

  it('have a console', async () => {
    const {ec2, fabric} = region
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'running')
    fabric.console = 'Debian GNU/Linux 12\r\n\u001b[0mlogin:'
    const {Output} = await ec2.getConsoleOutput({InstanceId: id})
    expect(Buffer.from(present(Output), 'base64').toString()).to.equal(fabric.console)
  })

  it('are still described for an hour after their end, without what they had', async () => {
    const {ec2} = region
    const [id, other] = [await launch(ec2, net), await launch(ec2, net)]
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    const {Reservations = []} = await ec2.describeInstances({InstanceIds: [id]})
    const instance = present(Reservations[0]?.Instances?.[0])
    expect(instance.State).to.deep.equal({Code: 48, Name: 'terminated'})
    expect([instance.VpcId, instance.PrivateIpAddress, instance.NetworkInterfaces]).to.deep.equal([
      undefined,
      undefined,
      [],
    ])
    expect(await ids('vpc-id', net.vpcId), 'not in its VPC any more').to.deep.equal([other])
    region.advance(3_500_000)
    expect(await codeOf(ec2.describeInstances({InstanceIds: [id]}))).to.equal('no error')
    region.advance(200_000)
    expect(await codeOf(ec2.describeInstances({InstanceIds: [id]}))).to.equal('InvalidInstanceID.NotFound')
    expect(await codeOf(ec2.startInstances({InstanceIds: [id]}))).to.equal('InvalidInstanceID.NotFound')
    await ec2.terminateInstances({InstanceIds: [other]})
    await reaches(ec2, other, 'terminated')
    expect(Object.keys(region.store.state.instances), 'forgotten').to.deep.equal([other])
  })
})
