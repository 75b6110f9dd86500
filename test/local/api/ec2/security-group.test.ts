import type {IpPermission, SecurityGroupRuleRequest} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {securityGroupChains} from '../../../../src/local/vpc/security-group-rules.js'
import {
  codeOf,
  eachRegion,
  launch,
  network,
  present,
  reaches,
  type TestNetwork,
  type TestRegion,
} from '../test-region.js'

describe('security groups', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  const describeGroup = async () =>
    present((await region.ec2.describeSecurityGroups({GroupIds: [net.groupId]})).SecurityGroups?.[0])
  const allow = (...IpPermissions: IpPermission[]) =>
    region.ec2.authorizeSecurityGroupIngress({GroupId: net.groupId, IpPermissions})
  const ssh: IpPermission = {IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: '10.0.0.0/8'}]}

  it('let everything out and nothing in', async () => {
    const group = await describeGroup()
    expect(group.IpPermissions).to.deep.equal([])
    expect(group.IpPermissionsEgress).to.have.length(1)
    expect(group.IpPermissionsEgress?.[0]).to.include({IpProtocol: '-1'})
  })

  it('have names that are unique in their VPC', async () => {
    const {ec2} = region
    const create = (GroupName: string, VpcId: string | undefined = net.vpcId) =>
      codeOf(ec2.createSecurityGroup({GroupName, VpcId, Description: 'x'}))
    expect(await create('nodes')).to.equal('InvalidGroup.Duplicate')
    expect(await create('default')).to.equal('InvalidGroup.Reserved')
    expect(await create('sg-nodes')).to.equal('InvalidParameterValue')
    expect(await create('nödes')).to.equal('InvalidParameterValue')
    expect(await create('others', 'vpc-0123456789abcdef0')).to.equal('InvalidVpcID.NotFound')
    const nowhere = ec2.createSecurityGroup({GroupName: 'others', Description: 'x'})
    expect(await codeOf(nowhere)).to.equal('VPCIdNotSpecified')
    const wordless = ec2.createSecurityGroup({GroupName: 'others', VpcId: net.vpcId, Description: ''})
    expect(await codeOf(wordless)).to.equal('MissingParameter')
    const other = await network(ec2, '10.1.0.0/16')
    expect(other.groupId).not.to.equal(net.groupId)
  })

  it('show one rule a source, and permissions with their sources together', async () => {
    const {ec2, fabric} = region
    const answer = await allow(
      {...ssh, IpRanges: [{CidrIp: '10.0.0.9/8', Description: 'office'}, {CidrIp: '192.0.2.1/32'}]},
      {IpProtocol: '-1', UserIdGroupPairs: [{GroupId: net.groupId}]},
      {IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges: [{CidrIp: '0.0.0.0/0'}]},
      {IpProtocol: '4', IpRanges: [{CidrIp: '10.0.0.0/8'}]},
    )
    expect(answer.SecurityGroupRules?.map(rule => rule.CidrIpv4 ?? rule.ReferencedGroupInfo?.GroupId)).to.deep.equal([
      '10.0.0.0/8',
      '192.0.2.1/32',
      net.groupId,
      '0.0.0.0/0',
      '10.0.0.0/8',
    ])
    expect(fabric.synced.at(-1)?.securityGroups[net.groupId]?.rules).to.have.length(6)
    const group = await describeGroup()
    expect(group.IpPermissions?.map(({IpProtocol, FromPort, ToPort}) => [IpProtocol, FromPort, ToPort])).to.deep.equal([
      ['tcp', 22, 22],
      ['-1', undefined, undefined],
      ['icmp', 8, -1],
      ['4', -1, -1],
    ])
    expect(group.IpPermissions?.[0]?.IpRanges).to.deep.equal([
      {CidrIp: '10.0.0.0/8', Description: 'office'},
      {CidrIp: '192.0.2.1/32'},
    ])
    const Filters = [{Name: 'group-id', Values: [net.groupId]}]
    const {SecurityGroupRules = []} = await ec2.describeSecurityGroupRules({Filters})
    expect(SecurityGroupRules.filter(rule => rule.IsEgress !== true)).to.have.length(5)
    expect(SecurityGroupRules.find(rule => rule.IsEgress)).to.include({FromPort: -1, ToPort: -1, IpProtocol: '-1'})
  })

  it('take a rule once, and all rules of a call or none', async () => {
    await allow(ssh)
    expect(await codeOf(allow(ssh))).to.equal('InvalidPermission.Duplicate')
    const same = {...ssh, IpProtocol: '6', IpRanges: [{CidrIp: '10.1.2.3/8', Description: 'other words'}]}
    expect(await codeOf(allow(same))).to.equal('InvalidPermission.Duplicate')
    const https = {...ssh, FromPort: 443, ToPort: 443}
    expect(await codeOf(allow(https, ssh))).to.equal('InvalidPermission.Duplicate')
    expect((await describeGroup()).IpPermissions).to.have.length(1)
    const out = region.ec2.authorizeSecurityGroupEgress({GroupId: net.groupId, IpPermissions: [ssh]})
    expect(await codeOf(out)).to.equal('no error')
  })

  it('refuse rules that make no sense', async () => {
    const code = (more: Partial<IpPermission>) => codeOf(allow({...ssh, ...more}))
    expect(await code({IpProtocol: 'tpc'})).to.equal('InvalidParameterValue')
    expect(await code({FromPort: 23})).to.equal('InvalidParameterValue')
    expect(await code({ToPort: 65536})).to.equal('InvalidParameterValue')
    expect(await code({FromPort: undefined})).to.equal('InvalidParameterValue')
    expect(await code({IpRanges: [{CidrIp: '10.0.0.0/33'}]})).to.equal('InvalidParameterValue')
    expect(await code({IpRanges: []})).to.equal('MissingParameter')
    expect(await code({Ipv6Ranges: [{CidrIpv6: '10.0.0.0/8'}]})).to.equal('InvalidParameterValue')
    expect(await code({PrefixListIds: [{PrefixListId: 'pl-01234567'}]})).to.equal('UnknownParameter')
    const stranger = {UserIdGroupPairs: [{GroupId: 'sg-0123456789abcdef0'}]}
    expect(await code(stranger)).to.equal('InvalidGroup.NotFound')
    const other = await network(region.ec2, '10.1.0.0/16')
    expect(await code({UserIdGroupPairs: [{GroupId: other.groupId}]})).to.equal('InvalidGroup.NotFound')
    expect(await codeOf(allow())).to.equal('MissingParameter')
    expect((await describeGroup()).IpPermissions).to.deep.equal([])
  })

  it('take at most 60 rules in a direction', async () => {
    const many = Array.from({length: 61}, (_, i) => ({CidrIp: `10.0.${i}.0/24`}))
    expect(await codeOf(allow({...ssh, IpRanges: many}))).to.equal('RulesPerSecurityGroupLimitExceeded')
    expect(await codeOf(allow({...ssh, IpRanges: many.slice(1)}))).to.equal('no error')
  })

  it('lose rules by what they say or by their id', async () => {
    const {ec2} = region
    const {SecurityGroupRules = []} = await allow(ssh, {...ssh, FromPort: 443, ToPort: 443})
    const ids = SecurityGroupRules.map(rule => present(rule.SecurityGroupRuleId))
    const GroupId = net.groupId
    await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions: [ssh]})
    const again = ec2.revokeSecurityGroupIngress({GroupId, IpPermissions: [ssh]})
    expect(await codeOf(again)).to.equal('InvalidPermission.NotFound')
    const outwards = ec2.revokeSecurityGroupEgress({GroupId, SecurityGroupRuleIds: ids.slice(1)})
    expect(await codeOf(outwards)).to.equal('InvalidSecurityGroupRuleId.NotFound')
    await ec2.revokeSecurityGroupIngress({GroupId, SecurityGroupRuleIds: ids.slice(1)})
    await ec2.revokeSecurityGroupEgress({
      GroupId,
      IpPermissions: [{IpProtocol: '-1', IpRanges: [{CidrIp: '0.0.0.0/0'}]}],
    })
    const group = await describeGroup()
    expect([group.IpPermissions, group.IpPermissionsEgress]).to.deep.equal([[], []])
  })

  it('have rules for IPv6, which no packet of this region is about', async () => {
    const {ec2, fabric} = region
    const GroupId = net.groupId
    const everywhere = {IpProtocol: '-1', Ipv6Ranges: [{CidrIpv6: '::/0'}]}
    const none = ec2.revokeSecurityGroupEgress({GroupId, IpPermissions: [everywhere]})
    expect(await codeOf(none)).to.equal('InvalidPermission.NotFound')
    const {SecurityGroupRules = []} = await allow({...ssh, IpRanges: [], Ipv6Ranges: [{CidrIpv6: '2001:DB8:0::/32'}]})
    expect(SecurityGroupRules.map(rule => rule.CidrIpv6)).to.deep.equal(['2001:db8::/32'])
    const Filters = [{Name: 'ip-permission.ipv6-cidr', Values: ['2001:db8::/32']}]
    const {SecurityGroups = []} = await ec2.describeSecurityGroups({Filters})
    expect(SecurityGroups[0]?.IpPermissions?.[0]?.Ipv6Ranges).to.deep.equal([{CidrIpv6: '2001:db8::/32'}])
    const state = present(fabric.synced.at(-1))
    const chains = securityGroupChains(present(state.securityGroups[GroupId]), () => []).join('\n')
    expect(chains).to.match(/-in \{\n {2}\}/)
  })

  it('have rules that change, but keep their ids and tags', async () => {
    const {ec2} = region
    const GroupId = net.groupId
    const TagSpecifications = [{ResourceType: 'security-group-rule' as const, Tags: [{Key: 'k', Value: 'v'}]}]
    const {SecurityGroupRules = []} = await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [ssh, {...ssh, FromPort: 443, ToPort: 443}],
      TagSpecifications,
    })
    const [first = '', second = ''] = SecurityGroupRules.map(rule => present(rule.SecurityGroupRuleId))
    const modify = (SecurityGroupRuleId: string, SecurityGroupRule: SecurityGroupRuleRequest) =>
      ec2.modifySecurityGroupRules({GroupId, SecurityGroupRules: [{SecurityGroupRuleId, SecurityGroupRule}]})
    const http = {IpProtocol: 'tcp', FromPort: 80, ToPort: 80}
    await modify(first, {...http, ReferencedGroupId: GroupId, Description: 'friends'})
    const rules = async (...ids: string[]) =>
      (await ec2.describeSecurityGroupRules({SecurityGroupRuleIds: ids})).SecurityGroupRules ?? []
    const [changed] = await rules(first)
    expect(changed).to.deep.include({...http, IsEgress: false, Description: 'friends', Tags: [{Key: 'k', Value: 'v'}]})
    expect(changed?.ReferencedGroupInfo?.GroupId).to.equal(GroupId)
    expect(changed?.CidrIpv4).to.equal(undefined)

    const twin = modify(second, {...http, ReferencedGroupId: GroupId})
    expect(await codeOf(twin)).to.equal('InvalidPermission.Duplicate')
    expect(await codeOf(modify(second, {...http}))).to.equal('MissingParameter')
    const stranger = modify('sgr-0123456789abcdef0', {...http, CidrIpv4: '10.0.0.0/8'})
    expect(await codeOf(stranger)).to.equal('InvalidSecurityGroupRuleId.NotFound')

    await ec2.updateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      SecurityGroupRuleDescriptions: [{SecurityGroupRuleId: first, Description: 'neighbours'}],
    })
    const described = {...ssh, FromPort: 443, ToPort: 443, IpRanges: [{CidrIp: '10.0.0.0/8', Description: 'office'}]}
    await ec2.updateSecurityGroupRuleDescriptionsIngress({GroupId, IpPermissions: [described]})
    const shown = new Map((await rules(first, second)).map(rule => [rule.SecurityGroupRuleId, rule.Description]))
    expect([shown.get(first), shown.get(second)]).to.deep.equal(['neighbours', 'office'])
    const outwards = ec2.updateSecurityGroupRuleDescriptionsEgress({GroupId, IpPermissions: [described]})
    expect(await codeOf(outwards)).to.equal('InvalidPermission.NotFound')
  })

  it('stay while an interface or a rule of another group needs them', async () => {
    const {ec2} = region
    const GroupId = net.groupId
    const other = present(
      (await ec2.createSecurityGroup({GroupName: 'others', Description: 'x', VpcId: net.vpcId})).GroupId,
    )
    const pair = {IpProtocol: '-1', UserIdGroupPairs: [{GroupId}]}
    await allow(pair)
    await ec2.authorizeSecurityGroupIngress({GroupId: other, IpPermissions: [pair]})
    const id = await launch(ec2, net)
    expect(await codeOf(ec2.deleteSecurityGroup({GroupId}))).to.equal('DependencyViolation')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    expect(await codeOf(ec2.deleteSecurityGroup({GroupId}))).to.equal('DependencyViolation')
    await ec2.revokeSecurityGroupIngress({GroupId: other, IpPermissions: [pair]})
    await ec2.deleteSecurityGroup({GroupId})
    expect(await codeOf(ec2.deleteSecurityGroup({GroupId}))).to.equal('InvalidGroup.NotFound')
    const Filters = [{Name: 'group-name', Values: ['default']}]
    const {SecurityGroups = []} = await ec2.describeSecurityGroups({Filters})
    const byDefault = ec2.deleteSecurityGroup({GroupId: SecurityGroups[0]?.GroupId})
    expect(await codeOf(byDefault)).to.equal('CannotDelete')
  })
})
