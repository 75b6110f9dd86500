import {expect} from 'chai'
import {awsClients, type AwsClients} from '../../../src/aws/clients.js'
import {classOf} from '../../../src/aws/errors.js'
import {operatorPolicy, setUpPolicy} from '../../../src/aws/permissions/policy.js'
import {SettableFaults} from '../../../src/local/api/faults/fault-source.js'
import {signedInAccount, type Account} from '../../../src/steps/iam/operator-policy.js'
import {removalChanges} from '../../../src/steps/iam/removal.js'
import {carryOut} from '../../../src/steps/iam/session.js'
import {setUpChanges, type Holder} from '../../../src/steps/iam/set-up.js'
import {identity, userWith, type Identity} from '../../local/api/iam/iam-client.js'
import {codeOf, present, testRegion, type TestRegion} from '../../local/api/test-region.js'

const ARN = 'arn:aws:iam::123456789012:policy/khw-operator'

describe('khw iam setup and remove', () => {
  let region: TestRegion
  let faults: SettableFaults
  let root: Identity
  let clients: AwsClients
  let account: Account
  beforeEach(async () => {
    faults = new SettableFaults({enforceIam: true})
    region = await testRegion({faults})
    root = await identity(region)
    await root.iam.createUser({UserName: 'eve'})
    // Exactly as much as the policy of who does it allows, which the region enforces.
    const {credentials} = await userWith(region, 'admin', setUpPolicy())
    const access = {provider: 'local', region: 'local-1', operatorCidr: '203.0.113.7/32'} as const
    clients = awsClients({...access, endpoint: region.endpoint, credentials})
    account = await signedInAccount(clients)
  })
  afterEach(async () => {
    clients.close()
    await region.close()
  })

  const eve: Holder = {kind: 'user', name: 'eve'}

  async function setUp(holder: Holder | undefined = eve, regions: readonly string[] = []): Promise<readonly string[]> {
    const {changes} = await setUpChanges(clients, account, {holder, regions})
    await carryOut(changes, () => undefined)
    return changes.map(({what}) => what)
  }

  async function remove(): Promise<readonly string[]> {
    const changes = await removalChanges(clients, account)
    await carryOut(changes, () => undefined)
    return changes.map(({what}) => what)
  }

  it('make the policy, attach it, and take both back; a second time there is nothing to do', async () => {
    expect(await setUp()).to.deep.equal([
      'create the policy khw-operator',
      'attach the policy khw-operator to the user eve',
    ])
    const {PolicyVersion} = await root.iam.getPolicyVersion({PolicyArn: ARN, VersionId: 'v1'})
    expect(JSON.parse(decodeURIComponent(present(PolicyVersion?.Document)))).to.deep.equal(operatorPolicy())
    const {AttachedPolicies} = await root.iam.listAttachedUserPolicies({UserName: 'eve'})
    expect(AttachedPolicies?.map(({PolicyArn}) => PolicyArn)).to.deep.equal([ARN])
    expect(await setUp()).to.deep.equal([])
    expect(await remove()).to.deep.equal([
      'detach the policy khw-operator from the user eve',
      'delete the policy khw-operator',
    ])
    expect(await codeOf(root.iam.getPolicy({PolicyArn: ARN}))).to.equal('NoSuchEntityException')
    expect(await remove()).to.deep.equal([])
  })

  it('bring the policy up to date by versions, of which there are never too many, and leave none', async () => {
    await setUp()
    for (let i = 1; i <= 5; i++) {
      const changes = await setUp(eve, [`eu-west-${i}`])
      expect(changes.at(-1)).to.equal('give the policy khw-operator a new version that counts')
      expect(changes).to.have.length(i === 5 ? 2 : 1)
    }
    const {Versions = []} = await root.iam.listPolicyVersions({PolicyArn: ARN})
    expect(Versions.map(({VersionId}) => VersionId)).to.deep.equal(['v2', 'v3', 'v4', 'v5', 'v6'])
    expect(Versions.find(({IsDefaultVersion}) => IsDefaultVersion)?.VersionId).to.equal('v6')
    expect(await remove()).to.have.length(6)
    expect((await root.iam.listPolicies({Scope: 'Local'})).Policies?.map(({PolicyName}) => PolicyName)).to.deep.equal([
      'admin-policy',
    ])
  })

  it('say that a new version forgets a VPC that the one before names', async () => {
    const [VPC, OTHER] = ['vpc-0123456789abcdef0', 'vpc-0123456789abcdef1']
    const last = async (vpcIds: readonly string[]): Promise<string | undefined> => {
      const {changes} = await setUpChanges(clients, account, {holder: eve, regions: [], vpcIds})
      await carryOut(changes, () => undefined)
      return changes.map(({what}) => what).find(what => what.includes('new version'))
    }
    await last([VPC])
    expect(await last([VPC, OTHER])).to.equal('give the policy khw-operator a new version that counts')
    expect(await last([OTHER])).to.include(`no longer allows clusters in ${VPC} (to keep that: --vpc-id ${VPC})`)
  })

  it('make one version of it, whatever becomes of the answer', async () => {
    await setUp()
    const versions = async () => (await root.iam.listPolicyVersions({PolicyArn: ARN})).Versions?.length
    const lose = (when: 'before' | 'after'): void => {
      faults.set({enforceIam: true, calls: [{action: 'iam:CreatePolicyVersion', when, how: 'drop', times: 1}]})
    }
    lose('after')
    expect(await setUp(eve, ['eu-west-1'])).to.have.length(1)
    expect(await versions()).to.equal(2)
    lose('before')
    expect(classOf(await setUp(eve, ['eu-west-2']).catch((error: unknown) => error))).to.equal('ambiguous')
    expect(await versions()).to.equal(2)
    await setUp(eve, ['eu-west-2'])
    expect(await versions()).to.equal(3)
  })

  it('serve roles, too, and several holders of one policy', async () => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Action: 'sts:AssumeRole', Principal: {AWS: '123456789012'}}],
    })
    await root.iam.createRole({RoleName: 'ops', AssumeRolePolicyDocument})
    await setUp()
    expect(await setUp({kind: 'role', name: 'ops'})).to.deep.equal(['attach the policy khw-operator to the role ops'])
    expect(await remove()).to.have.length(3)
  })

  it('are for who asks, if nobody else is named, unless that is nobody with policies', async () => {
    const {holder} = await setUpChanges(clients, account, {holder: undefined, regions: []})
    expect(holder).to.deep.equal({kind: 'user', name: 'admin'})
    const asRoot = {...account, callerArn: 'arn:aws:iam::123456789012:root'}
    const refused = setUpChanges(clients, asRoot, {holder: undefined, regions: []})
    expect(((await refused.catch((error: unknown) => error)) as Error).message).to.contain('which is no user')
  })

  it('refuse holders that are not there, and a policy that is somebody else’s', async () => {
    for (const kind of ['user', 'role'] as const) {
      const refused = setUpChanges(clients, account, {holder: {kind, name: 'nobody'}, regions: []})
      expect(((await refused.catch((error: unknown) => error)) as Error).message).to.contain(`no ${kind} nobody`)
    }
    await root.iam.createPolicy({PolicyName: 'khw-operator', PolicyDocument: JSON.stringify(operatorPolicy())})
    for (const attempt of [() => setUp(), remove])
      expect(((await attempt().catch((error: unknown) => error)) as Error).message).to.contain('khw has not made it')
    expect(await codeOf(root.iam.getPolicy({PolicyArn: ARN}))).to.equal('no error')
  })
})
