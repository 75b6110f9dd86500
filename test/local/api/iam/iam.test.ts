import {expect} from 'chai'
import {codeOf, present, testRegion, type TestRegion} from '../test-region.js'
import {identity, userWith, type Identity} from './iam-client.js'

const POLICY = {Version: '2012-10-17', Statement: [{Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*'}]}
const document = JSON.stringify(POLICY)
const trust = (principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal}],
  })
const longPolicy = (characters: number): string => {
  const statement = {Effect: 'Allow', Action: 'ec2:*', Resource: 'arn:aws:ec2:::'}
  const empty = JSON.stringify({Version: '2012-10-17', Statement: [statement]}).length
  const Resource = `arn:aws:ec2:::${'x'.repeat(characters - empty)}`
  return JSON.stringify({Version: '2012-10-17', Statement: [{...statement, Resource}]})
}

describe('IAM of the region', () => {
  let region: TestRegion
  let root: Identity
  beforeEach(async () => {
    region = await testRegion()
    root = await identity(region)
  })
  afterEach(() => region.close())

  it('has users, with tags, by name and in pages', async () => {
    const {iam} = root
    const {User} = await iam.createUser({UserName: 'eve', Path: '/ops/', Tags: [{Key: 'team', Value: 'a'}]})
    expect(User).to.include({UserName: 'eve', Path: '/ops/', Arn: 'arn:aws:iam::123456789012:user/ops/eve'})
    expect(User?.UserId).to.match(/^AIDA[A-Z2-7]{17}$/)
    expect((await iam.getUser({UserName: 'eve'})).User?.Tags).to.deep.equal([{Key: 'team', Value: 'a'}])
    await iam.tagUser({UserName: 'eve', Tags: [{Key: 'team', Value: 'b'}]})
    await iam.untagUser({UserName: 'eve', TagKeys: ['other']})
    expect((await iam.listUserTags({UserName: 'eve'})).Tags).to.deep.equal([{Key: 'team', Value: 'b'}])
    for (const name of ['adam', 'zoe']) await iam.createUser({UserName: name})
    const first = await iam.listUsers({MaxItems: 2})
    expect(first).to.deep.include({IsTruncated: true})
    const rest = await iam.listUsers({MaxItems: 2, Marker: present(first.Marker)})
    expect([...(first.Users ?? []), ...(rest.Users ?? [])].map(user => user.UserName)).to.deep.equal([
      'adam',
      'eve',
      'zoe',
    ])
    expect(rest.IsTruncated).to.equal(false)
  })

  it('answers with its own errors', async () => {
    const {iam} = root
    await iam.createUser({UserName: 'eve'})
    expect(await codeOf(iam.createUser({UserName: 'eve'}))).to.equal('EntityAlreadyExistsException')
    expect(await codeOf(iam.getUser({UserName: 'adam'}))).to.equal('NoSuchEntityException')
    expect(await codeOf(iam.createUser({UserName: 'a b'}))).to.equal('ValidationError')
    expect(
      await codeOf(iam.attachUserPolicy({UserName: 'eve', PolicyArn: 'arn:aws:iam::aws:policy/Nothing'})),
    ).to.equal('NoSuchEntityException')
    expect(await codeOf(iam.putUserPolicy({UserName: 'eve', PolicyName: 'p', PolicyDocument: '{}'}))).to.equal(
      'MalformedPolicyDocumentException',
    )
  })

  it('keeps versions of managed policies, five at most, and deletes none that is in use', async () => {
    const {iam} = root
    const {Policy} = await iam.createPolicy({PolicyName: 'look', PolicyDocument: document, Description: 'to look'})
    const PolicyArn = present(Policy?.Arn)
    expect(PolicyArn).to.equal('arn:aws:iam::123456789012:policy/look')
    const other = document.replace('Describe*', 'Get*')
    for (let i = 2; i <= 5; i++)
      await iam.createPolicyVersion({PolicyArn, PolicyDocument: other, SetAsDefault: i === 3})
    expect(await codeOf(iam.createPolicyVersion({PolicyArn, PolicyDocument: other}))).to.equal('LimitExceededException')
    const {Versions = []} = await iam.listPolicyVersions({PolicyArn})
    expect(Versions.map(({VersionId, IsDefaultVersion}) => [VersionId, IsDefaultVersion])).to.deep.equal([
      ['v1', false],
      ['v2', false],
      ['v3', true],
      ['v4', false],
      ['v5', false],
    ])
    const {PolicyVersion} = await iam.getPolicyVersion({PolicyArn, VersionId: 'v1'})
    expect(decodeURIComponent(present(PolicyVersion?.Document))).to.equal(document)

    await iam.createUser({UserName: 'eve'})
    await iam.attachUserPolicy({UserName: 'eve', PolicyArn})
    const {AttachedPolicies} = await iam.listAttachedUserPolicies({UserName: 'eve'})
    expect(AttachedPolicies).to.deep.equal([{PolicyName: 'look', PolicyArn}])
    const {PolicyUsers = []} = await iam.listEntitiesForPolicy({PolicyArn})
    expect(PolicyUsers.map(user => user.UserName)).to.deep.equal(['eve'])
    expect(await codeOf(iam.deletePolicy({PolicyArn}))).to.equal('DeleteConflictException')
    expect(await codeOf(iam.deleteUser({UserName: 'eve'}))).to.equal('DeleteConflictException')
    await iam.detachUserPolicy({UserName: 'eve', PolicyArn})
    expect(await codeOf(iam.deletePolicy({PolicyArn}))).to.equal('DeleteConflictException')
    expect(await codeOf(iam.deletePolicyVersion({PolicyArn, VersionId: 'v3'}))).to.equal('DeleteConflictException')
    for (const VersionId of ['v1', 'v2', 'v4', 'v5']) await iam.deletePolicyVersion({PolicyArn, VersionId})
    await iam.deletePolicy({PolicyArn})
    await iam.deleteUser({UserName: 'eve'})
    expect((await iam.listPolicies({Scope: 'Local'})).Policies).to.deep.equal([])
  })

  it('has the sizes of policies that IAM has', async () => {
    const {iam} = root
    await iam.createUser({UserName: 'eve'})
    await iam.createRole({RoleName: 'r', AssumeRolePolicyDocument: trust({Service: 'ec2.amazonaws.com'})})
    const user = (length: number) =>
      iam.putUserPolicy({UserName: 'eve', PolicyName: 'p', PolicyDocument: longPolicy(length)})
    const role = (length: number) =>
      iam.putRolePolicy({RoleName: 'r', PolicyName: 'p', PolicyDocument: longPolicy(length)})
    const managed = (length: number) => iam.createPolicy({PolicyName: `p${length}`, PolicyDocument: longPolicy(length)})
    for (const [put, most] of [
      [user, 2048],
      [role, 10_240],
      [managed, 6144],
    ] as const) {
      expect(await codeOf(put(most + 1))).to.equal('LimitExceededException')
      expect(await codeOf(put(most))).to.equal('no error')
    }
  })

  it('keeps roles and instance profiles apart until one is put into the other', async () => {
    const {iam} = root
    await iam.createRole({RoleName: 'r', AssumeRolePolicyDocument: trust({Service: 'ec2.amazonaws.com'})})
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'
    await iam.attachRolePolicy({RoleName: 'r', PolicyArn})
    await iam.createInstanceProfile({InstanceProfileName: 'p'})
    await iam.addRoleToInstanceProfile({InstanceProfileName: 'p', RoleName: 'r'})
    expect(await codeOf(iam.addRoleToInstanceProfile({InstanceProfileName: 'p', RoleName: 'r'}))).to.equal(
      'LimitExceededException',
    )
    const {InstanceProfile} = await iam.getInstanceProfile({InstanceProfileName: 'p'})
    expect(InstanceProfile?.Roles?.map(role => role.RoleName)).to.deep.equal(['r'])
    const {InstanceProfiles = []} = await iam.listInstanceProfilesForRole({RoleName: 'r'})
    expect(InstanceProfiles.map(profile => profile.InstanceProfileName)).to.deep.equal(['p'])
    expect(await codeOf(iam.deleteRole({RoleName: 'r'}))).to.equal('DeleteConflictException')
    expect(await codeOf(iam.deleteInstanceProfile({InstanceProfileName: 'p'}))).to.equal('DeleteConflictException')
    await iam.removeRoleFromInstanceProfile({InstanceProfileName: 'p', RoleName: 'r'})
    await iam.deleteInstanceProfile({InstanceProfileName: 'p'})
    await iam.detachRolePolicy({RoleName: 'r', PolicyArn})
    await iam.deleteRole({RoleName: 'r'})
  })

  it('lets users call with keys of theirs, as long as these are active', async () => {
    const eve = await userWith(region, 'eve')
    expect((await eve.sts.getCallerIdentity({})).Arn).to.equal('arn:aws:iam::123456789012:user/eve')
    expect((await eve.iam.getUser({})).User?.UserName).to.equal('eve')
    expect((await eve.ec2.describeVpcs({})).Vpcs).to.deep.equal([])
    const {accessKeyId} = eve.credentials
    const wrong = await identity(region, {...eve.credentials, secretAccessKey: 'wrong'})
    expect(await codeOf(wrong.sts.getCallerIdentity({}))).to.equal('SignatureDoesNotMatch')
    await root.iam.updateAccessKey({UserName: 'eve', AccessKeyId: accessKeyId, Status: 'Inactive'})
    expect(await codeOf(eve.sts.getCallerIdentity({}))).to.equal('InvalidClientTokenId')
    expect(await codeOf(eve.ec2.describeVpcs({}))).to.equal('AuthFailure')
    await root.iam.updateAccessKey({UserName: 'eve', AccessKeyId: accessKeyId, Status: 'Active'})
    expect(await codeOf(root.iam.deleteUser({UserName: 'eve'}))).to.equal('DeleteConflictException')
    await eve.iam.deleteAccessKey({AccessKeyId: accessKeyId})
    expect(await codeOf(eve.ec2.describeVpcs({}))).to.equal('AuthFailure')
    expect((await root.sts.getCallerIdentity({})).Arn).to.equal('arn:aws:iam::123456789012:root')
  })

  it('lets those take on a role whom it trusts, for as long as they asked', async () => {
    const eve = await userWith(region, 'eve')
    const adam = await userWith(region, 'adam')
    const AssumeRolePolicyDocument = trust({AWS: 'arn:aws:iam::123456789012:user/eve'})
    const {Role} = await root.iam.createRole({RoleName: 'ops', AssumeRolePolicyDocument})
    const asked = {RoleArn: present(Role?.Arn), RoleSessionName: 'night', DurationSeconds: 900}
    expect(await codeOf(adam.sts.assumeRole(asked))).to.equal('AccessDenied')
    const {Credentials} = await eve.sts.assumeRole(asked)
    const credentials = {
      accessKeyId: present(Credentials?.AccessKeyId),
      secretAccessKey: present(Credentials?.SecretAccessKey),
      sessionToken: present(Credentials?.SessionToken),
    }
    const ops = await identity(region, credentials)
    expect((await ops.sts.getCallerIdentity({})).Arn).to.equal('arn:aws:sts::123456789012:assumed-role/ops/night')
    const {accessKeyId, secretAccessKey} = credentials
    const without = await identity(region, {accessKeyId, secretAccessKey})
    expect(await codeOf(without.sts.getCallerIdentity({}))).to.equal('InvalidClientTokenId')
    region.advance(901_000)
    for (const {config} of [ops.sts, ops.ec2]) config.systemClockOffset = 901_000
    expect(await codeOf(ops.sts.getCallerIdentity({}))).to.equal('ExpiredToken')
    expect(await codeOf(ops.ec2.describeVpcs({}))).to.equal('RequestExpired')
  })

  it('simulates policies by the same rules', async () => {
    await userWith(region, 'eve', POLICY)
    const simulated = await root.iam.simulatePrincipalPolicy({
      PolicySourceArn: 'arn:aws:iam::123456789012:user/eve',
      ActionNames: ['ec2:DescribeVpcs', 'ec2:CreateVpc'],
    })
    expect(simulated.EvaluationResults?.map(result => [result.EvalActionName, result.EvalDecision])).to.deep.equal([
      ['ec2:DescribeVpcs', 'allowed'],
      ['ec2:CreateVpc', 'implicitDeny'],
    ])
    const Condition = {StringEquals: {'aws:RequestTag/a': 'b'}}
    const custom = {
      PolicyInputList: [
        JSON.stringify({...POLICY, Statement: [{Effect: 'Allow', Action: 'ec2:CreateVpc', Resource: '*', Condition}]}),
      ],
      ActionNames: ['ec2:CreateVpc'],
    }
    const [without] = (await root.iam.simulateCustomPolicy(custom)).EvaluationResults ?? []
    expect(without).to.deep.include({EvalDecision: 'implicitDeny', MissingContextValues: ['aws:RequestTag/a']})
    const ContextEntries = [
      {ContextKeyName: 'aws:RequestTag/a', ContextKeyValues: ['b'], ContextKeyType: 'string' as const},
    ]
    const [with_] = (await root.iam.simulateCustomPolicy({...custom, ContextEntries})).EvaluationResults ?? []
    expect(with_?.EvalDecision).to.equal('allowed')
    const PolicySourceArn = 'arn:aws:iam::123456789012:root'
    expect(await codeOf(root.iam.simulatePrincipalPolicy({PolicySourceArn, ActionNames: ['ec2:CreateVpc']}))).to.equal(
      'InvalidInputException',
    )
  })

  it('makes service-linked roles once', async () => {
    const AWSServiceName = 'elasticloadbalancing.amazonaws.com'
    const {Role} = await root.iam.createServiceLinkedRole({AWSServiceName})
    expect(Role?.Arn).to.equal(
      'arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing',
    )
    expect(await codeOf(root.iam.createServiceLinkedRole({AWSServiceName}))).to.equal('InvalidInputException')
  })
})
