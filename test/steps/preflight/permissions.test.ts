import {expect} from 'chai'
import {OPERATOR_GRANTS} from '../../../src/aws/permissions/grants.js'
import {SESSION_MANAGER_GRANTS} from '../../../src/aws/permissions/session-manager-grants.js'
import {operatorPolicy} from '../../../src/aws/permissions/policy.js'
import type {PolicyDocument} from '../../../src/aws/permissions/policy-document.js'
import {permissions} from '../../../src/steps/preflight/permissions.js'
import {TRIALS, UNTRIED} from '../../../src/steps/preflight/trials.js'
import {calledOperations} from '../../aws/permissions/called-operations.js'
import {identity, userWith} from '../../local/api/iam/iam-client.js'
import {present} from '../../local/api/test-region.js'
import {Ahead} from './ahead.js'

/** The policy without these actions. */
function without(actions: readonly string[], ssm = false): PolicyDocument {
  const {Statement, ...rest} = operatorPolicy({regions: ['local-1'], ssm})
  const kept = Statement.map(each => ({...each, Action: each.Action.filter(action => !actions.includes(action))}))
  return {...rest, Statement: kept.filter(({Action}) => Action.length > 0)}
}

describe('the check of permissions', () => {
  let ahead: Ahead
  beforeEach(async () => {
    ahead = await Ahead.open()
    ahead.faults.set({enforceIam: true})
  })
  afterEach(() => ahead.region.close())

  const lookAs = async (policy: PolicyDocument, name = 'operator', change: Parameters<Ahead['look']>[0] = {}) => {
    const {credentials} = await userWith(ahead.region, name, policy)
    const access = {...ahead.access, credentials}
    const [finding] = (await ahead.look({loadBalancer: 'nlb', ...change}, {access, checks: [permissions]})).findings
    if (finding === undefined) throw new Error('no finding')
    return finding
  }

  it('tries every EC2 call that changes something', () => {
    const called = calledOperations()
      .map(({action}) => action)
      .filter(action => action.startsWith('ec2:') && !/:(Describe|Get)/.test(action))
    const tried = [...TRIALS.map(({operation}) => operation), ...UNTRIED].map(operation => `ec2:${operation}`)
    expect(tried.sort()).to.deep.equal([...new Set(called)].sort())
  })

  it('is content with exactly what khw iam policy prints', async () => {
    const finding = await lookAs(operatorPolicy({regions: ['local-1']}))
    expect(finding).to.include({ok: true, fix: null})
    expect(finding.detail).to.match(/^(\d+) of \1 calls that change something are allowed, by trial and by policy$/)
  })

  it('fails for the want of any one action of what khw iam policy prints, naming it, and makes nothing', async () => {
    const actions = [...new Set(operatorPolicy().Statement.flatMap(({Action}) => Action))].sort()
    expect(actions).to.have.length.above(60)
    for (const [i, action] of actions.entries()) {
      const {credentials} = await userWith(ahead.region, `operator-${i}`, without([action]))
      const access = {...ahead.access, credentials}
      const [finding, ...others] = await ahead.failures({loadBalancer: 'nlb'}, {access, checks: [permissions]})
      expect(others).to.deep.equal([])
      expect(finding?.detail).to.match(new RegExp(` lacks (a permission|permissions): [^.]*\\b${action}\\b`))
      expect(finding?.fix).to.equal('See all that is needed with: khw iam policy')
    }
  }).timeout(120_000)

  it('fails for the want of any one action that a role for the machines takes, where one is wanted', async () => {
    const needed = [...new Set(SESSION_MANAGER_GRANTS.flatMap(({actions}) => actions))]
    const change = {loadBalancer: 'none', ssm: true} as const
    for (const [i, action] of needed.entries()) {
      const {ok, detail, fix} = await lookAs(without([action], true), `operator-${i}`, change)
      expect({action, ok}).to.deep.equal({action, ok: false})
      expect(detail).to.match(new RegExp(` lacks a permission: ${action}\\.$`))
      expect(fix).to.equal('See all that is needed with: khw iam policy --ssm')
    }
    expect(await lookAs(without([], true), 'all', change)).to.include({ok: true, fix: null})
    expect((await lookAs(operatorPolicy(), 'usual', change)).detail).to.include('iam:CreateRole')
  }).timeout(60_000)

  it('names all that makes something, if the policy is bound to another region', async () => {
    const {ok, detail} = await lookAs(operatorPolicy({regions: ['eu-west-1']}))
    expect(ok).to.equal(false)
    for (const name of ['CreateVpc', 'CreateInternetGateway', 'ImportKeyPair', 'RunInstances'])
      expect(detail).to.contain(`ec2:${name}`)
    expect(detail).to.contain('elasticloadbalancing:CreateLoadBalancer').and.to.contain('ec2:DescribeVpcs')
  })

  it('asks for no load balancers where none is wanted', async () => {
    const all = operatorPolicy().Statement.flatMap(({Action}) => Action)
    const elb = all.filter(action => action.startsWith('elasticloadbalancing:'))
    const policy = without([...elb, 'ec2:DescribeAddresses', 'iam:CreateServiceLinkedRole'])
    expect(await lookAs(policy, 'operator', {loadBalancer: 'none'})).to.include({ok: true, fix: null})
  })

  it('does not ask for a role to be made that is there', async () => {
    const lacking = without(['iam:CreateServiceLinkedRole'])
    expect((await lookAs(lacking)).detail).to.match(/: iam:CreateServiceLinkedRole\.$/)
    const {iam} = await identity(ahead.region)
    await iam.createServiceLinkedRole({AWSServiceName: 'elasticloadbalancing.amazonaws.com'})
    expect(await lookAs(lacking, 'later')).to.include({ok: true, fix: null})
    const spot = await lookAs(lacking, 'spot', {spot: true})
    expect(spot.detail).to.match(/: iam:CreateServiceLinkedRole\.$/)
  })

  it('asks the role of a session, whatever the path of that', async () => {
    const {iam} = await identity(ahead.region)
    const trusting = {Effect: 'Allow', Principal: {AWS: 'arn:aws:iam::123456789012:root'}, Action: 'sts:AssumeRole'}
    const AssumeRolePolicyDocument = JSON.stringify({Version: '2012-10-17', Statement: [trusting]})
    const statement = {Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*'}
    const {sts} = await userWith(ahead.region, 'eve', {Version: '2012-10-17', Statement: [statement]})
    for (const [RoleName, Path] of [
      ['operators', '/'],
      ['AWSReservedSSO_operators_0123456789abcdef', '/aws-reserved/sso.amazonaws.com/eu-west-1/'],
    ] as const) {
      const {Role} = await iam.createRole({RoleName, Path, AssumeRolePolicyDocument})
      const PolicyDocument = JSON.stringify(without(['ec2:DeleteVpc']))
      await iam.putRolePolicy({RoleName, PolicyName: 'khw', PolicyDocument})
      const {Credentials} = await sts.assumeRole({RoleArn: present(Role?.Arn), RoleSessionName: 'eve'})
      const credentials = {
        accessKeyId: present(Credentials?.AccessKeyId),
        secretAccessKey: present(Credentials?.SecretAccessKey),
        sessionToken: present(Credentials?.SessionToken),
      }
      const access = {...ahead.access, credentials}
      const [finding] = await ahead.failures({loadBalancer: 'nlb'}, {access, checks: [permissions]})
      expect(finding?.detail).to.match(/assumed-role.* lacks a permission: ec2:DeleteVpc\.$/)
    }
  })

  it('names what may be made but not tagged', async () => {
    const {detail} = await lookAs(without(['ec2:CreateTags']))
    expect(detail).to.match(/: ec2:CreateInternetGateway, ec2:CreateTags, ec2:CreateVpc, ec2:ImportKeyPair\.$/)
  })

  it('names an action that is missing for one of its kinds of resources only', async () => {
    const policy = operatorPolicy()
    for (const {Sid} of policy.Statement.filter(({Action}) => Action.join() === 'ec2:RunInstances')) {
      const others = {...policy, Statement: policy.Statement.filter(statement => statement.Sid !== Sid)}
      const {ok, detail} = await lookAs(others, Sid)
      expect({Sid, ok}).to.deep.equal({Sid, ok: false})
      expect(detail).to.match(/ lacks a permission: ec2:RunInstances\.$/)
    }
  })

  it('leaves it to the policies where EC2 complains of something else than permissions', async () => {
    // Nothing is enforced: what EC2 finds missing, it may tell before it looks at who asks.
    const notFound = {action: 'RunInstances', when: 'before', how: {code: 'InvalidAMIID.NotFound'}} as const
    ahead.faults.set({calls: [notFound]})
    const refused = await lookAs(without(['ec2:RunInstances']))
    expect(refused.detail).to.match(/ lacks a permission: ec2:RunInstances\.$/)
    expect(await lookAs(operatorPolicy(), 'entitled')).to.include({ok: true, fix: null})
    const denied = {action: 'iam:SimulatePrincipalPolicy', when: 'before', how: {code: 'AccessDenied'}} as const
    ahead.faults.set({calls: [notFound, denied]})
    const unasked = await lookAs(operatorPolicy(), 'unasked')
    expect(unasked.detail).to.include('it is not certain of ec2:RunInstances (policies not checked, or')
    const [root] = (await ahead.look({}, {checks: [permissions]})).findings
    expect(root).to.include({ok: true, fix: null})
  })

  it('keeps what IAM said where one of the questions got no answer', async () => {
    const refused = {
      action: 'iam:SimulatePrincipalPolicy',
      when: 'before',
      how: {code: 'InvalidInput'},
      nth: 1,
    } as const
    ahead.faults.set({calls: [refused]})
    // In two rows, one of which was answered.
    const {detail} = await lookAs(without(['ec2:ModifyVpcAttribute', 'elasticloadbalancing:DeleteTargetGroup']))
    expect(detail).to.match(/ lacks (a permission|permissions): .*(ModifyVpcAttribute|DeleteTargetGroup)/)
    ahead.faults.set({calls: [refused]})
    const entitled = await lookAs(operatorPolicy(), 'entitled')
    expect(entitled).to.include({ok: true})
    expect(entitled.detail).to.include('not all of them: ')
  })

  it('does not ask IAM whether it may be asked', async () => {
    // There is one question a row, but of those of clusters that are not like this one.
    const length = OPERATOR_GRANTS.filter(({sid, only}) => sid !== 'WhatMayI' && only === undefined).length
    const how = {code: 'InvalidInput', message: 'one too many'}
    ahead.faults.set({calls: [{action: 'iam:SimulatePrincipalPolicy', when: 'before', how, nth: length + 1}]})
    expect(await lookAs(operatorPolicy())).to.include({ok: true, fix: null})
    ahead.faults.set({calls: [{action: 'iam:SimulatePrincipalPolicy', when: 'before', how, nth: length}]})
    expect((await lookAs(operatorPolicy(), 'again')).detail).to.include('one too many')
  })

  it('lets those through who may not ask IAM and may do everything else, and says what it does not know', async () => {
    const everything = {
      Sid: 'All',
      Effect: 'Allow',
      Action: ['ec2:*', 'elasticloadbalancing:*'],
      Resource: '*',
    } as const
    const finding = await lookAs({Version: '2012-10-17', Statement: [everything]})
    expect(finding).to.include({ok: true, fix: 'Nothing, if the policy is that of: khw iam policy'})
    expect(finding.detail).to.include('not checked').and.to.include('iam:SimulatePrincipalPolicy')
  })

  it('asks users, too, whose names have a path', async () => {
    const {iam} = await identity(ahead.region)
    await iam.createUser({UserName: 'eve', Path: '/teams/blue/'})
    const made = await iam.createPolicy({PolicyName: 'khw', PolicyDocument: JSON.stringify(operatorPolicy())})
    await iam.attachUserPolicy({UserName: 'eve', PolicyArn: present(made.Policy?.Arn)})
    const {AccessKey} = await iam.createAccessKey({UserName: 'eve'})
    const [accessKeyId, secretAccessKey] = [present(AccessKey?.AccessKeyId), present(AccessKey?.SecretAccessKey)]
    const access = {...ahead.access, credentials: {accessKeyId, secretAccessKey}}
    const [finding] = (await ahead.look({loadBalancer: 'nlb'}, {access, checks: [permissions]})).findings
    expect(finding).to.include({ok: true, fix: null})
  })
})
