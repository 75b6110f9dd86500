import {setMaxListeners} from 'node:events'
import {join} from 'node:path'
import {expect} from 'chai'
import {takeInventory, type Inventory} from '../../src/aws/inventory.js'
import {operatorPolicy} from '../../src/aws/permissions/policy.js'
import {CLUSTER_ID_TAG, EXPIRES_TAG, tagValue} from '../../src/aws/tags.js'
import {homeOf} from '../../src/cluster/home.js'
import type {DestroyReport} from '../../src/cluster/report.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {findClusters} from '../../src/steps/clusters/find-clusters.js'
import {tagExpiry} from '../../src/steps/expiry/tags.js'
import {sweepClusters} from '../../src/steps/sweep-clusters.js'
import {FastClock} from '../fast-clock.js'
import {identity, userWith, type Identity} from '../local/api/iam/iam-client.js'
import {CREDENTIALS, present} from '../local/api/test-region.js'
import {outcomes, RegionRun, signBy} from './region-run.js'
import {ACCESS} from './run-context.js'
import {sampleSpec} from './sample-spec.js'

describe('a cluster whose machines Session Manager reaches', function () {
  this.timeout(60_000)
  const spec = sampleSpec({controllers: 1, workers: 1, ssm: true})
  const {signal} = new AbortController()
  setMaxListeners(0, signal)
  let faults: SettableFaults
  let run: RegionRun
  beforeEach(async () => {
    faults = new SettableFaults()
    run = await RegionRun.open({spec, faults, clock: new FastClock(50)})
  })
  afterEach(() => run.close())

  const root = async (): Promise<Identity> => {
    const of = await identity(run.region)
    signBy(of.iam.config, run.clock)
    return of
  }
  const inventory = (): Promise<Inventory> => takeInventory(run.clients, run.clusterId, signal)
  const destroy = async (): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> =>
    takeDown({
      ...run.clients,
      clusterId: run.clusterId,
      inventory: await inventory(),
      forceForeign: false,
      onEvent: () => undefined,
      clock: run.clock,
      signal,
    })
  const expectWhole = async (): Promise<void> => {
    const {instances, instanceProfiles, roles} = await inventory()
    expect(instances.map(i => i.IamInstanceProfile?.Arn)).to.deep.equal(Array(2).fill(instanceProfiles[0]?.Arn))
    expect([instanceProfiles.length, roles.length]).to.deep.equal([1, 1])
    const {iam} = await root()
    const RoleName = present(roles[0]?.RoleName)
    const {AttachedPolicies} = await iam.listAttachedRolePolicies({RoleName})
    expect(AttachedPolicies).to.deep.equal([
      {
        PolicyName: 'AmazonSSMManagedInstanceCore',
        PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
      },
    ])
    const trust = JSON.parse(decodeURIComponent(present(roles[0]?.AssumeRolePolicyDocument))) as {
      Statement: {Principal: object}[]
    }
    expect(trust.Statement.map(({Principal}) => Principal)).to.deep.equal([{Service: 'ec2.amazonaws.com'}])
    expect(instanceProfiles[0]?.Roles?.map(role => role.RoleName)).to.deep.equal([RoleName])
  }
  const namesOfIam = async (): Promise<readonly string[]> => {
    const {iam} = await root()
    const {Roles = []} = await iam.listRoles({})
    const {InstanceProfiles = []} = await iam.listInstanceProfiles({})
    return [...Roles.map(role => role.RoleName), ...InstanceProfiles.map(each => each.InstanceProfileName)].flatMap(
      name => name ?? [],
    )
  }

  it('hands them a role that may do what that takes, tagged as the cluster is, and keeps it when run again', async () => {
    await run.run()
    await expectWhole()
    const {instanceProfiles, roles} = await inventory()
    for (const {Tags, Path} of [...instanceProfiles, ...roles]) {
      expect(tagValue(Tags, CLUSTER_ID_TAG)).to.equal(run.clusterId)
      expect(Path).to.equal('/khw/local-1/')
    }
    expect(outcomes(await run.run()).created).to.equal(undefined)
    await run.run({loseJournal: true})
    await expectWhole()
  })

  it('goes without a trace, by its tags alone; a role of somebody else stays', async () => {
    const {iam} = await root()
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Action: 'sts:AssumeRole', Principal: {Service: 'ec2.amazonaws.com'}}],
    })
    await iam.createRole({RoleName: 'theirs', Path: '/khw/local-1/', AssumeRolePolicyDocument})
    await iam.createInstanceProfile({InstanceProfileName: 'theirs', Path: '/khw/local-1/'})
    await run.run()
    const {removed, remaining} = await destroy()
    expect(remaining).to.deep.equal([])
    expect(removed.map(({type}) => type)).to.include.members(['role', 'instance-profile'])
    expect(await namesOfIam()).to.deep.equal(['theirs', 'theirs'])
  })

  it('goes although IAM counts what was detached as attached for some seconds', async () => {
    await run.run()
    const fault = (action: string, code: string) =>
      ({action: `iam:${action}`, when: 'before', how: {code, status: 409}, nth: 1, times: 3}) as const
    faults.set({
      calls: [
        fault('DetachRolePolicy', 'ConcurrentModification'),
        fault('DeleteRole', 'DeleteConflict'),
        fault('DeleteInstanceProfile', 'DeleteConflict'),
      ],
    })
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await namesOfIam()).to.deep.equal([])
  })

  it('is found by what is left of it in IAM, when all else is gone', async () => {
    await run.run()
    faults.set({calls: [{action: 'iam:DeleteRole', when: 'before', how: {code: 'UnmodifiableEntity', status: 400}}]})
    const {remaining} = await destroy()
    expect(remaining.map(({type}) => type)).to.have.members(['role', 'instance-profile'])
    faults.set({})
    const [found, ...others] = await findClusters(run.clients, signal)
    expect(others).to.deep.equal([])
    expect(found).to.include({clusterId: run.clusterId, name: 'sample'})
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await namesOfIam()).to.deep.equal([])
  })

  it('has one of each when the answers to all that makes something were lost', async () => {
    const actions = ['CreateInstanceProfile', 'CreateRole', 'AttachRolePolicy', 'AddRoleToInstanceProfile']
    const how = {code: 'ServiceFailure', status: 500}
    faults.set({calls: actions.map(action => ({action: `iam:${action}`, when: 'after', how, nth: 1}))})
    await run.run()
    await expectWhole()
  })

  it('waits while EC2 does not know the profile yet, and launches with the same call', async () => {
    const how = {
      code: 'InvalidParameterValue',
      message: 'Value (khw) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    }
    faults.set({calls: [{action: 'RunInstances', when: 'before', how, nth: 1, times: 3}]})
    await run.run()
    await expectWhole()
    // What EC2 says is wrong for good ends the run at once.
    faults.set({calls: [{action: 'RunInstances', when: 'before', how: {...how, message: 'Invalid value for Foo.'}}]})
    const {instances} = await inventory()
    await run.clients.ec2.terminateInstances({InstanceIds: [present(instances[0]?.InstanceId)]})
    const failure: unknown = await run.run().catch((error: unknown) => error)
    expect(String(failure)).to.contain('Invalid value for Foo.')
  })

  it('carries its expiry there, too', async () => {
    await run.run()
    await tagExpiry({...run.clients, clusterId: run.clusterId, signal}, '2030-01-01T00:00:00.000Z')
    const {instanceProfiles, roles} = await inventory()
    for (const {Tags} of [...instanceProfiles, ...roles])
      expect(tagValue(Tags, EXPIRES_TAG)).to.equal('2030-01-01T00:00:00.000Z')
  })

  it('can be made and removed with the policy for it, and by nobody who has only the usual one', async () => {
    await run.close()
    const open = (policy: object): Promise<RegionRun> =>
      RegionRun.open({
        spec,
        faults: new SettableFaults({enforceIam: true}),
        clock: new FastClock(50),
        signIn: async region => (await userWith(region, 'operator', policy)).credentials,
      })
    run = await open(operatorPolicy())
    const refused: unknown = await run.run().catch((error: unknown) => error)
    expect(String(refused)).to.match(/not authorized to perform: iam:GetInstanceProfile/)
    await run.close()
    run = await open(operatorPolicy({ssm: true, regions: ['local-1']}))
    await run.run()
    await expectWhole()
    await tagExpiry({...run.clients, clusterId: run.clusterId, signal}, '2030-01-01T00:00:00.000Z')
    expect((await findClusters(run.clients, signal)).map(({clusterId}) => clusterId)).to.deep.equal([run.clusterId])
    expect((await destroy()).remaining).to.deep.equal([])
    expect(await namesOfIam()).to.deep.equal([])
  })

  it('is not said to be swept away by who may not look into IAM', async () => {
    await run.close()
    let blind: Identity | undefined
    run = await RegionRun.open({
      spec,
      faults: new SettableFaults({enforceIam: true}),
      clock: new FastClock(50),
      signIn: async region => {
        blind = await userWith(region, 'blind', operatorPolicy())
        return CREDENTIALS
      },
    })
    await run.run()
    await tagExpiry({...run.clients, clusterId: run.clusterId, signal}, '2026-01-01T00:00:00.000Z')
    const [cluster] = await findClusters(run.clients, signal)
    const access = {...ACCESS, endpoint: run.region.endpoint, credentials: present(blind).credentials}
    const expired = [{access, cluster: {...present(cluster), expiresAt: '2026-01-01T00:00:00.000Z'}}]
    const home = homeOf({KHW_HOME: join(run.directory, 'home')})
    const options = {home, onEvent: () => undefined, clock: run.clock, signal}
    const {clusters} = await sweepClusters({regions: ['local-1'], expired}, options)
    expect(clusters[0]?.error).to.match(/iam:GetInstanceProfile/)
    expect(await namesOfIam()).to.have.length(2)
  })
})
