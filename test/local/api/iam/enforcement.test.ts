import {expect} from 'chai'
import {actions} from '../../../../src/local/api/actions.js'
import {SettableFaults} from '../../../../src/local/api/faults/fault-source.js'
import {EC2_CALLS} from '../../../../src/local/api/iam/access/ec2-calls.js'
import {codeOf, launchInput, network, present, testRegion, type TestRegion} from '../test-region.js'
import {identity, userWith, type Identity} from './iam-client.js'

const ALL = 'arn:aws:ec2:*:*:'

function policy(...Statement: readonly object[]): object {
  return {Version: '2012-10-17', Statement}
}

function allow(Action: string | string[], more: object = {}): object {
  return {Effect: 'Allow', Action, Resource: '*', ...more}
}

describe('a region that enforces IAM', () => {
  let region: TestRegion
  let root: Identity
  beforeEach(async () => {
    region = await testRegion({faults: new SettableFaults({enforceIam: true})})
    root = await identity(region)
  })
  afterEach(() => region.close())

  it('knows of every call that changes something which resources it is about', () => {
    const changes = actions.map(({name}) => name).filter(name => !/^(Describe|Get)/.test(name))
    expect(Object.keys(EC2_CALLS)).to.include.members(changes)
  })

  it('lets the root do everything, users what is allowed them, and everybody ask who they are', async () => {
    const eve = await userWith(region, 'eve', policy(allow('ec2:Describe*')))
    expect(await codeOf(root.ec2.createVpc({CidrBlock: '10.0.0.0/16'}))).to.equal('no error')
    expect(await codeOf(eve.ec2.describeVpcs({}))).to.equal('no error')
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.iam.listUsers({}))).to.equal('AccessDenied')
    expect(await codeOf(eve.sts.getCallerIdentity({}))).to.equal('no error')
    expect((await root.ec2.describeVpcs({})).Vpcs).to.have.length(1)
  })

  it('lets everybody do everything as long as it does not', async () => {
    const free = await testRegion()
    const eve = await userWith(free, 'eve')
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}))).to.equal('no error')
    await free.close()
  })

  it('says what was refused, in EC2’s words, and decodes what it encodes', async () => {
    const eve = await userWith(region, 'eve')
    const error = await eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}).catch((reason: unknown) => reason)
    const {message} = error as Error
    expect(message).to.match(/^You are not authorized to perform this operation\. User: arn:aws:iam::\d+:user\/eve is /)
    expect(message).to.contain('ec2:CreateVpc on resource: arn:aws:ec2:local-1:123456789012:vpc/* because no identity-')
    const EncodedMessage = present(/Encoded authorization failure message: (\S+)$/.exec(message)?.[1])
    const {DecodedMessage} = await root.sts.decodeAuthorizationMessage({EncodedMessage})
    expect(JSON.parse(present(DecodedMessage))).to.deep.include({allowed: false, explicitDeny: false})
  })

  it('judges a call by what it does, whatever its headers say', async () => {
    const eve = await userWith(region, 'eve', policy(allow('ec2:DescribeVpcs')))
    const net = await network(root.ec2)
    eve.ec2.middlewareStack.add(
      next => args => {
        const {headers} = args.request as {headers: Record<string, string>}
        headers['x-amz-target'] = 'a.DescribeVpcs'
        return next(args)
      },
      {step: 'build'},
    )
    expect(await codeOf(eve.ec2.deleteSubnet({SubnetId: net.subnetId}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.describeVpcs({}))).to.equal('no error')
  })

  it('answers dry runs by what is allowed', async () => {
    const eve = await userWith(region, 'eve', policy(allow('ec2:CreateVpc')))
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16', DryRun: true}))).to.equal('DryRunOperation')
    expect(await codeOf(eve.ec2.createInternetGateway({DryRun: true}))).to.equal('UnauthorizedOperation')
  })

  it('denies what is denied, whoever allows it', async () => {
    const eve = await userWith(region, 'eve', policy(allow('*'), {...allow('ec2:CreateVpc'), Effect: 'Deny'}))
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.createInternetGateway({}))).to.equal('no error')
  })

  it('sees changes of policies at the next call', async () => {
    const eve = await userWith(region, 'eve')
    const create = () => codeOf(eve.ec2.createInternetGateway({}))
    expect(await create()).to.equal('UnauthorizedOperation')
    const PolicyDocument = JSON.stringify(policy(allow('ec2:*')))
    await root.iam.putUserPolicy({UserName: 'eve', PolicyName: 'p', PolicyDocument})
    expect(await create()).to.equal('no error')
    await root.iam.deleteUserPolicy({UserName: 'eve', PolicyName: 'p'})
    expect(await create()).to.equal('UnauthorizedOperation')
  })

  it('asks for the tags of the request, for what is made and for what is tagged', async () => {
    const wanted = {Condition: {StringEquals: {'aws:RequestTag/team': 'a'}}}
    const eve = await userWith(region, 'eve', policy(allow('ec2:CreateVpc', wanted)))
    const make = (Value: string) => ({
      CidrBlock: '10.1.0.0/16',
      TagSpecifications: [{ResourceType: 'vpc' as const, Tags: [{Key: 'team', Value}]}],
    })
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.createVpc(make('b')))).to.equal('UnauthorizedOperation')
    // Tags on the way need ec2:CreateTags besides.
    expect(await codeOf(eve.ec2.createVpc(make('a')))).to.equal('UnauthorizedOperation')
    const PolicyDocument = JSON.stringify(
      policy(allow('ec2:CreateTags', {Condition: {StringEquals: {'ec2:CreateAction': 'CreateVpc'}}})),
    )
    await root.iam.putUserPolicy({UserName: 'eve', PolicyName: 'tag', PolicyDocument})
    const {Vpc} = await eve.ec2.createVpc(make('a'))
    const later = {Resources: [present(Vpc?.VpcId)], Tags: [{Key: 'team', Value: 'b'}]}
    expect(await codeOf(eve.ec2.createTags(later))).to.equal('UnauthorizedOperation')
  })

  it('asks for the tags of each resource that there is', async () => {
    const ours = {Condition: {StringEquals: {'aws:ResourceTag/team': 'a'}}}
    const eve = await userWith(region, 'eve', policy(allow(['ec2:DeleteVpc', 'ec2:AttachInternetGateway'], ours)))
    const tag = (ResourceType: 'vpc' | 'internet-gateway') => ({
      TagSpecifications: [{ResourceType, Tags: [{Key: 'team', Value: 'a'}]}],
    })
    const own = await root.ec2.createVpc({CidrBlock: '10.1.0.0/16', ...tag('vpc')})
    const foreign = await root.ec2.createVpc({CidrBlock: '10.2.0.0/16'})
    const gateway = await root.ec2.createInternetGateway(tag('internet-gateway'))
    const InternetGatewayId = present(gateway.InternetGateway?.InternetGatewayId)
    const [VpcId, other] = [present(own.Vpc?.VpcId), present(foreign.Vpc?.VpcId)]
    expect(await codeOf(eve.ec2.attachInternetGateway({InternetGatewayId, VpcId: other}))).to.equal(
      'UnauthorizedOperation',
    )
    expect(await codeOf(eve.ec2.attachInternetGateway({InternetGatewayId, VpcId, DryRun: true}))).to.equal(
      'DryRunOperation',
    )
    expect(await codeOf(eve.ec2.deleteVpc({VpcId: other}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.deleteVpc({VpcId}))).to.equal('no error')
    // What is gone is gone: that is not for want of a tag. A dry run could not tell.
    expect(await codeOf(eve.ec2.deleteVpc({VpcId}))).to.equal('InvalidVpcID.NotFound')
    expect(await codeOf(eve.ec2.deleteVpc({VpcId, DryRun: true}))).to.equal('UnauthorizedOperation')
  })

  it('judges every part of a launch', async () => {
    const net = await network(root.ec2)
    const launch = (name: string, more: object, Condition: object = {}) => ({name, more, Condition})
    const rest = ['volume', 'network-interface', 'subnet', 'security-group', 'key-pair'].map(type => `${ALL}${type}/*`)
    for (const {name, more, Condition} of [
      launch('tokens', {MetadataOptions: {HttpTokens: 'required'}}, {'ec2:MetadataHttpTokens': 'required'}),
      launch('type', {InstanceType: 't3.small'}, {'ec2:InstanceType': ['t3.small', 't3.medium']}),
    ]) {
      const eve = await userWith(
        region,
        name,
        policy(
          allow('ec2:RunInstances', {Resource: [...rest, 'arn:aws:ec2:*::image/*']}),
          allow('ec2:RunInstances', {Resource: `${ALL}instance/*`, Condition: {StringEquals: Condition}}),
        ),
      )
      const bad = {InstanceType: 'm5.large' as const}
      expect(await codeOf(eve.ec2.runInstances(launchInput(net, {...bad, DryRun: true})))).to.equal(
        'UnauthorizedOperation',
      )
      expect(await codeOf(eve.ec2.runInstances(launchInput(net, {...more, DryRun: true})))).to.equal('DryRunOperation')
    }
    const encrypted = {Condition: {Bool: {'ec2:Encrypted': 'true'}}, Resource: `${ALL}volume/*`}
    const NotResource = `${ALL}volume/*`
    const others = {Effect: 'Allow', Action: 'ec2:RunInstances', NotResource}
    const eve = await userWith(region, 'eve', policy(others, allow('ec2:RunInstances', encrypted)))
    const disk = (Encrypted: boolean) => ({
      BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {Encrypted}}],
      DryRun: true,
    })
    expect(await codeOf(eve.ec2.runInstances(launchInput(net, disk(false))))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.runInstances(launchInput(net, disk(true))))).to.equal('DryRunOperation')
  })

  it('lets nothing through on a condition that it cannot judge', async () => {
    const unknown = {Condition: {StringNotEquals: {'ec2:Tenancy': 'host'}}}
    const eve = await userWith(region, 'eve', policy(allow('ec2:*', unknown)))
    expect(await codeOf(eve.ec2.createVpc({CidrBlock: '10.1.0.0/16'}))).to.equal('UnauthorizedOperation')
    expect(await codeOf(eve.ec2.describeVpcs({}))).to.equal('UnauthorizedOperation')
  })

  it('can be bound to a region', async () => {
    const only = (name: string) => allow('ec2:*', {Condition: {StringEquals: {'aws:RequestedRegion': name}}})
    const here = await userWith(region, 'here', policy(only('local-1')))
    const there = await userWith(region, 'there', policy(only('eu-west-1')))
    expect(await codeOf(here.ec2.describeVpcs({}))).to.equal('no error')
    expect(await codeOf(there.ec2.describeVpcs({}))).to.equal('UnauthorizedOperation')
  })

  it('knows what IAM calls are about', async () => {
    const self = {Resource: 'arn:aws:iam::*:user/${aws:username}'}
    const eve = await userWith(region, 'eve', policy(allow('iam:*AccessKey*', self)))
    expect(await codeOf(eve.iam.listAccessKeys({}))).to.equal('no error')
    expect(await codeOf(eve.iam.listAccessKeys({UserName: 'eve'}))).to.equal('no error')
    await root.iam.createUser({UserName: 'adam'})
    expect(await codeOf(eve.iam.listAccessKeys({UserName: 'adam'}))).to.equal('AccessDenied')

    const linked = {Condition: {StringEquals: {'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com'}}}
    const ops = await userWith(region, 'ops', policy(allow('iam:CreateServiceLinkedRole', linked)))
    expect(await codeOf(ops.iam.createServiceLinkedRole({AWSServiceName: 'spot.amazonaws.com'}))).to.equal(
      'AccessDenied',
    )
    expect(
      await codeOf(ops.iam.createServiceLinkedRole({AWSServiceName: 'elasticloadbalancing.amazonaws.com'})),
    ).to.equal('no error')
  })
})
