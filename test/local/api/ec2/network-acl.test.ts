import {expect} from 'chai'
import {codeOf, network, present, testRegion, type TestRegion} from '../test-region.js'

describe('what every VPC has without asking', () => {
  let region: TestRegion

  before(async () => {
    region = await testRegion()
  })

  after(async () => {
    await region.close()
  })

  it('is a network ACL for all of its subnets that lets everything pass', async () => {
    const {ec2} = region
    const {vpcId, subnetId} = await network(ec2)
    await network(ec2, '10.250.0.0/16')
    const Filters = [
      {Name: 'vpc-id', Values: [vpcId]},
      {Name: 'default', Values: ['true']},
    ]
    const {NetworkAcls = []} = await ec2.describeNetworkAcls({Filters})
    const [acl] = NetworkAcls
    expect(NetworkAcls).to.have.length(1)
    expect(acl).to.include({NetworkAclId: vpcId.replace('vpc', 'acl'), VpcId: vpcId, IsDefault: true})
    expect(acl?.Associations?.map(item => item.SubnetId)).to.deep.equal([subnetId])
    expect(acl?.Entries?.map(({Egress, RuleAction, RuleNumber}) => [Egress, RuleAction, RuleNumber])).to.deep.equal([
      [true, 'allow', 100],
      [true, 'deny', 32767],
      [false, 'allow', 100],
      [false, 'deny', 32767],
    ])
    const bySubnet = await ec2.describeNetworkAcls({Filters: [{Name: 'association.subnet-id', Values: [subnetId]}]})
    expect(bySubnet.NetworkAcls?.map(item => item.NetworkAclId)).to.deep.equal([acl?.NetworkAclId])
    const NetworkAclIds = ['acl-01234567890abcdef']
    expect(await codeOf(ec2.describeNetworkAcls({NetworkAclIds}))).to.equal('InvalidNetworkAclID.NotFound')
  })

  it('is the same set of DHCP options', async () => {
    const {ec2} = region
    const {vpcId} = await network(ec2, '10.1.0.0/16')
    const {Vpcs = []} = await ec2.describeVpcs({VpcIds: [vpcId]})
    const DhcpOptionsIds = [present(Vpcs[0]?.DhcpOptionsId)]
    const {DhcpOptions = []} = await ec2.describeDhcpOptions({DhcpOptionsIds})
    expect(DhcpOptions.map(({DhcpConfigurations}) => DhcpConfigurations)).to.deep.equal([
      [
        {Key: 'domain-name', Values: [{Value: 'local-1.compute.internal'}]},
        {Key: 'domain-name-servers', Values: [{Value: 'AmazonProvidedDNS'}]},
      ],
    ])
    expect((await ec2.describeDhcpOptions()).DhcpOptions).to.have.length(1)
  })
})
