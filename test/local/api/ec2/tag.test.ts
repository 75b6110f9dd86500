import {expect} from 'chai'
import {codeOf, eachRegion, launch, present, type TestNetwork, type TestRegion} from '../test-region.js'

describe('tags', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  it('are put on any resource, replaced by key, and taken off', async () => {
    const {ec2} = region
    const instance = await launch(ec2, net)
    const Resources = [net.vpcId, net.subnetId, net.groupId, instance]
    await ec2.createTags({
      Resources,
      Tags: [
        {Key: 'a', Value: '1'},
        {Key: 'b', Value: '2'},
      ],
    })
    await ec2.createTags({Resources: [instance], Tags: [{Key: 'a', Value: '3'}]})
    const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'key', Values: ['a']}]})
    expect(Tags.map(tag => [tag.ResourceType, tag.Value])).to.have.deep.members([
      ['vpc', '1'],
      ['subnet', '1'],
      ['security-group', '1'],
      ['instance', '3'],
    ])
    await ec2.deleteTags({Resources: [instance], Tags: [{Key: 'a', Value: 'other'}, {Key: 'b'}]})
    const left = await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [instance]}]})
    expect(left.Tags?.map(tag => tag.Key)).to.deep.equal(['a'])
    await ec2.deleteTags({Resources})
    expect((await ec2.describeTags({})).Tags).to.deep.equal([])
  })

  it('come in pages', async () => {
    const {ec2} = region
    const Tags = Array.from({length: 12}, (_, i) => ({Key: `k${i}`, Value: 'v'}))
    await ec2.createTags({Resources: [net.vpcId], Tags})
    const first = await ec2.describeTags({MaxResults: 10})
    const second = await ec2.describeTags({MaxResults: 10, NextToken: present(first.NextToken)})
    expect([first.Tags?.length, second.Tags?.length, second.NextToken]).to.deep.equal([10, 2, undefined])
  })

  it('are put on all resources of a call or on none', async () => {
    const {ec2} = region
    const put = (...Resources: string[]) => codeOf(ec2.createTags({Resources, Tags: [{Key: 'a', Value: '1'}]}))
    expect(await put(net.vpcId, 'i-0123456789abcdef0')).to.equal('InvalidInstanceID.NotFound')
    expect(await put(net.vpcId, 'rtb-0123456789abcdef0')).to.equal('InvalidRouteTableID.NotFound')
    expect(await put('nonsense')).to.equal('InvalidID')
    expect((await ec2.describeTags({})).Tags).to.deep.equal([])
  })

  it('have limits', async () => {
    const {ec2} = region
    const put = (...Tags: {Key: string; Value: string}[]) => codeOf(ec2.createTags({Resources: [net.vpcId], Tags}))
    expect(await put({Key: 'aws:x', Value: ''})).to.equal('InvalidParameterValue')
    expect(await put({Key: 'k'.repeat(129), Value: ''})).to.equal('InvalidParameterValue')
    expect(await put({Key: 'k', Value: 'v'.repeat(257)})).to.equal('InvalidParameterValue')
    expect(await put({Key: 'k', Value: '1'}, {Key: 'k', Value: '2'})).to.equal('InvalidParameterValue')
    expect(await put()).to.equal('MissingParameter')
    const many = Array.from({length: 50}, (_, i) => ({Key: `k${i}`, Value: ''}))
    expect(await put(...many)).to.equal('no error')
    expect(await put({Key: 'one-more', Value: ''})).to.equal('TagLimitExceeded')
    const wrong = [{ResourceType: 'subnet' as const, Tags: [{Key: 'a', Value: 'b'}]}]
    const vpc = ec2.createVpc({CidrBlock: '10.0.0.0/16', TagSpecifications: wrong})
    expect(await codeOf(vpc)).to.equal('InvalidParameterValue')
  })
})
