import {expect} from 'chai'
import {OPERATOR_GRANTS} from '../../../src/aws/permissions/grants.js'
import {operatorPolicy} from '../../../src/aws/permissions/policy.js'
import type {PolicyDocument} from '../../../src/aws/permissions/policy-document.js'
import {permissions} from '../../../src/steps/preflight/permissions.js'
import {TRIALS, UNTRIED} from '../../../src/steps/preflight/trials.js'
import {calledOperations} from '../../aws/permissions/called-operations.js'
import {userWith} from '../../local/api/iam/iam-client.js'
import {Ahead} from './ahead.js'

/** The policy without these actions. */
function without(actions: readonly string[]): PolicyDocument {
  const {Statement, ...rest} = operatorPolicy({regions: ['local-1']})
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

  const lookAs = async (policy: PolicyDocument, name = 'operator', loadBalancer: 'nlb' | 'none' = 'nlb') => {
    const {credentials} = await userWith(ahead.region, name, policy)
    const access = {...ahead.access, credentials}
    const [finding] = (await ahead.look({loadBalancer}, {access, checks: [permissions]})).findings
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

  it('names whatever is missing, each action by itself', async () => {
    const needed = [...new Set(OPERATOR_GRANTS.flatMap(({actions}) => actions))]
      .filter(action => !/^(sts|iam|servicequotas):|^ec2:CreateTags$/.test(action))
      .sort()
    const odd = needed.filter((_, i) => i % 2 === 1)
    const first = await lookAs(without(odd))
    expect(first.ok).to.equal(false)
    expect(/: ((?:ec2|elasticloadbalancing):.*)\.$/.exec(first.detail)?.[1]?.split(', ')).to.deep.equal(odd)
    await ahead.region.close()
    ahead = await Ahead.open()
    ahead.faults.set({enforceIam: true})
    const even = needed.filter((_, i) => i % 2 === 0)
    const second = await lookAs(without(even))
    expect(/: ((?:ec2|elasticloadbalancing):.*)\.$/.exec(second.detail)?.[1]?.split(', ')).to.deep.equal(even)
    expect(second.fix).to.include('khw iam policy')
  })

  it('names all that makes something, if the policy is bound to another region', async () => {
    const {ok, detail} = await lookAs(operatorPolicy({regions: ['eu-west-1']}))
    expect(ok).to.equal(false)
    for (const name of ['CreateVpc', 'CreateInternetGateway', 'ImportKeyPair', 'RunInstances'])
      expect(detail).to.contain(`ec2:${name}`)
    expect(detail).to.contain('elasticloadbalancing:CreateLoadBalancer').and.to.contain('ec2:DescribeVpcs')
  })

  it('asks for no load balancers where none is wanted', async () => {
    const policy = without(['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:DeleteTargetGroup'])
    expect(await lookAs(policy, 'operator', 'none')).to.include({ok: true, fix: null})
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
    const {length} = OPERATOR_GRANTS
    // There is one question a row, and of all rows but that one.
    const how = {code: 'InvalidInput', message: 'one too many'}
    ahead.faults.set({calls: [{action: 'iam:SimulatePrincipalPolicy', when: 'before', how, nth: length}]})
    expect(await lookAs(operatorPolicy())).to.include({ok: true, fix: null})
    ahead.faults.set({calls: [{action: 'iam:SimulatePrincipalPolicy', when: 'before', how, nth: length - 1}]})
    expect((await lookAs(operatorPolicy(), 'again')).detail).to.include('one too many')
  })

  it('says what it cannot know of who may not ask IAM, and goes on', async () => {
    const finding = await lookAs(without(['iam:SimulatePrincipalPolicy']))
    expect(finding.ok).to.equal(true)
    expect(finding.detail).to.include('not certain of ec2:AssociateRouteTable').and.to.include('policies not checked')
  })
})
