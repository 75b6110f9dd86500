import {expect} from 'chai'
import {OPERATOR_GRANTS, type Grant} from '../../../src/aws/permissions/grants.js'
import {SESSION_MANAGER_GRANTS} from '../../../src/aws/permissions/session-manager-grants.js'
import {SETUP_GRANTS} from '../../../src/aws/permissions/set-up-grants.js'
import {operatorPolicy, policyOf, setUpPolicy, type PolicyOptions} from '../../../src/aws/permissions/policy.js'
import {MANAGED_POLICY_LIMIT, policySize, type PolicyDocument} from '../../../src/aws/permissions/policy-document.js'
import {calledOperations, type CalledOperation} from './called-operations.js'

/** All that a policy allows: each action, on each resource, under its condition. */
const allowed = ({Statement}: Pick<PolicyDocument, 'Statement'>): string[] =>
  sorted(
    Statement.flatMap(({Action, Resource, Condition}) =>
      Action.flatMap(action => [Resource].flat().map(resource => JSON.stringify([action, resource, Condition]))),
    ),
  )

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort()

describe('the policy of who runs khw', () => {
  const calls = calledOperations()
  const isSetUp = ({file}: CalledOperation): boolean => file.startsWith('steps/iam/')
  const both: readonly (readonly [readonly Grant[], readonly CalledOperation[]])[] = [
    [[...OPERATOR_GRANTS, ...SESSION_MANAGER_GRANTS], calls.filter(call => !isSetUp(call))],
    [SETUP_GRANTS, calls.filter(isSetUp)],
  ]

  it('allows what the source calls, and nothing else (a new call needs a row in src/aws/permissions/grants.ts)', () => {
    for (const [grants, called] of both) {
      const granted = grants.filter(({impliedBy}) => impliedBy === undefined).flatMap(({actions}) => actions)
      expect(sorted(granted)).to.deep.equal(sorted(called.map(({action}) => action)))
    }
  })

  it('allows what no call is named after only for the sake of calls that there are', () => {
    for (const [grants, called] of both)
      for (const {impliedBy = []} of grants) expect(called.map(({action}) => action)).to.include.members([...impliedBy])
  })

  it('lets nothing be made without the tag, nor anything be touched that lacks it', () => {
    for (const {Action, Resource, Condition = {}} of operatorPolicy().Statement) {
      const changes = Action.filter(
        action =>
          !/^((ec2|elasticloadbalancing):(Describe|Get)|(sts|servicequotas):Get|iam:(Simulate|GetRole$|CreateServiceLinkedRole$))/.test(
            action,
          ),
      )
      if (changes.length === 0 || Resource === 'arn:*:ec2:*::image/*') continue
      const {StringEquals = {}} = Condition
      const tag = StringEquals['aws:RequestTag/khw:managed'] ?? StringEquals['aws:ResourceTag/khw:managed']
      expect(tag, changes.join()).to.equal('true')
    }
  })

  it('keeps to roles below a path of its own, with one policy, for EC2 alone', () => {
    const usual = allowed(operatorPolicy())
    expect(allowed(operatorPolicy({ssm: true}))).to.include.members(usual)
    const more = policyOf(SESSION_MANAGER_GRANTS).Statement
    expect(allowed({Statement: more})).to.deep.equal(
      allowed(operatorPolicy({ssm: true})).filter(each => !usual.includes(each)),
    )
    expect(more.flatMap(({Action}) => Action).filter(action => !action.startsWith('iam:'))).to.deep.equal([])
    for (const {Action, Resource} of more)
      for (const arn of Action.every(action => /^iam:(Get|List)/.test(action)) ? [] : [Resource].flat())
        expect(arn).to.match(/^arn:\*:iam::\*:(role|instance-profile)\/khw\/\*$/)
    const conditionOf = (action: string) => more.find(({Action}) => Action.includes(action))?.Condition
    const policies = {'iam:PolicyARN': ['arn:*:iam::aws:policy/AmazonSSMManagedInstanceCore']}
    expect(conditionOf('iam:AttachRolePolicy')).to.deep.equal({ArnLike: policies})
    expect(conditionOf('iam:PassRole')?.['StringEquals']?.['iam:PassedToService']).to.include('ec2.amazonaws.com')
  })

  it('launches machines with IMDSv2 and encrypted disks only', () => {
    const launches = operatorPolicy().Statement.filter(({Action}) => Action.includes('ec2:RunInstances'))
    const conditions = Object.fromEntries(launches.map(({Resource, Condition}) => [String(Resource), Condition]))
    expect(conditions['arn:*:ec2:*:*:instance/*']?.['StringEquals']).to.include({'ec2:MetadataHttpTokens': 'required'})
    expect(conditions['arn:*:ec2:*:*:volume/*']?.['Bool']).to.deep.equal({'ec2:Encrypted': 'true'})
  })

  it('can be bound to regions, by a row of each call that looks for or makes something', () => {
    const {Statement} = operatorPolicy({regions: ['eu-central-1', 'eu-west-1']})
    for (const {Sid, Condition} of Statement)
      expect(Condition?.['StringEquals']?.['aws:RequestedRegion']).to.deep.equal(
        ['Look', 'Make', 'LaunchInstance'].includes(Sid ?? '') ? ['eu-central-1', 'eu-west-1'] : undefined,
      )
    expect(Statement.map(({Condition}) => Condition?.['StringEquals']?.['aws:RequestTag/khw:managed'])).to.include(
      'true',
    )
  })

  it('is one statement of what can be one, which allows neither more nor less', () => {
    const statements = (grants: readonly Grant[], options?: PolicyOptions) =>
      grants.flatMap(grant => policyOf([grant], options).Statement)
    for (const regions of [[], ['eu-central-1', 'eu-west-1']]) {
      const all = [...OPERATOR_GRANTS, ...SESSION_MANAGER_GRANTS]
      const policy = operatorPolicy({regions, ssm: true})
      expect(allowed(policy)).to.deep.equal(allowed({Statement: statements(all, {regions})}))
      expect(policy.Statement.length).to.be.lessThan(all.length)
    }
  })

  it('does without the names of its statements where it would be too long with them', () => {
    const regions = ['eu-central-1', 'ap-northeast-1', 'ap-southeast-2', 'ap-southeast-4']
    const options = {regions, vpcIds: ['vpc-0123456789abcdef0'], ssm: true}
    const {Statement} = operatorPolicy(options)
    expect(Statement.every(statement => !('Sid' in statement))).to.equal(true)
    expect(allowed({Statement})).to.include.members(allowed(operatorPolicy({regions})))
  })

  it('is as IAM takes policies: named statements of letters and digits, none named twice, not too long', () => {
    const names = operatorPolicy().Statement.map(({Sid}) => Sid ?? '')
    for (const name of names) expect(name).to.match(/^[A-Za-z0-9]+$/)
    expect(sorted(names)).to.have.length(names.length)
    const regions = ['eu-central-1', 'eu-west-1', 'us-east-1']
    for (const options of [
      {},
      {regions},
      {regions, vpcIds: ['vpc-0123456789abcdef0']},
      {ssm: true, regions: ['eu-west-1']},
      {ssm: true, regions: ['eu-central-1', 'ap-northeast-1', 'ap-southeast-2'], vpcIds: ['vpc-0123456789abcdef0']},
    ])
      expect(policySize(operatorPolicy(options))).to.be.at.most(MANAGED_POLICY_LIMIT)
    expect(policySize(setUpPolicy())).to.be.at.most(2_048)
    const everywhere = Array.from({length: 40}, (_, i) => `ap-southeast-${i}`)
    expect(() => operatorPolicy({regions: everywhere})).to.throw('so many regions')
    expect(() => operatorPolicy({regions: ['europe']})).to.throw('"europe" is not the name of a region')
  })
})
