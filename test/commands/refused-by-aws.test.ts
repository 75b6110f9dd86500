import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import Create from '../../src/commands/create.js'
import Destroy from '../../src/commands/destroy.js'
import IamSetup from '../../src/commands/iam/setup.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import type {FaultSettings} from '../../src/local/api/faults/settings.js'
import {identity, userWith} from '../local/api/iam/iam-client.js'
import {CREDENTIALS, present, testRegion, type TestRegion} from '../local/api/test-region.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FLAGS = ['--provider', 'aws', '--yes', '--allow-cidr', '203.0.113.7', '--artifacts', 'mirror', '--mirror', '/m']

interface Refusal {
  readonly exit: number | undefined
  readonly code: string
  readonly message: string
  readonly suggestions: string
}

/** What stands in the way of a create on AWS: said before anything is made, with an exit code and with what to type next. */
describe('khw create --provider aws', () => {
  const saved = {...process.env}
  let region: TestRegion
  let faults: SettableFaults
  let home: string

  beforeEach(async () => {
    faults = new SettableFaults()
    region = await testRegion({faults})
    home = mkdtempSync(join(tmpdir(), 'khw-refused-'))
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, {
      KHW_HOME: join(home, 'khw'),
      AWS_ENDPOINT_URL: region.endpoint,
      AWS_REGION: 'local-1',
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    })
  })
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in saved)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, saved)
    process.exitCode = 0
    rmSync(home, {recursive: true, force: true})
    await region.close()
  })

  /** What it ends with, which must have made nothing, neither there nor here. */
  const refusal = async (...flags: string[]): Promise<Refusal> => {
    const before = JSON.stringify(region.store.state)
    const {stdout, error} = await captureOutput(() => Create.run(['lab', ...FLAGS, ...flags, '--json'], ROOT))
    expect(JSON.stringify(region.store.state)).to.equal(before)
    const clusters = join(home, 'khw', 'clusters')
    expect(existsSync(clusters) ? readdirSync(clusters) : []).to.deep.equal([])
    const said = (JSON.parse(stdout) as {error: {code: string; message: string; suggestions: string[]}}).error
    return {...said, suggestions: said.suggestions.join('\n'), exit: error?.oclif?.exit}
  }
  const answering = (action: string, code: string, status: number): FaultSettings => ({
    calls: [{action, when: 'before', how: {code, status, message: 'as told'}}],
  })

  it('without credentials', async () => {
    Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID')
    const {suggestions, ...said} = await refusal()
    expect(said).to.include({exit: 1, code: 'AWS_AUTH'})
    expect(said.message).to.include('Could not sign in to aws (local-1)')
    expect(suggestions)
      .to.include('aws configure')
      .and.to.match(/^Or try it without AWS: --provider local$/m)
  })

  it('without credentials is nothing that another provider helps with, of what is on AWS already', async () => {
    Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID')
    for (const command of [
      () => Destroy.run(['lab', '--provider', 'aws', '--yes', '--json'], ROOT),
      () => IamSetup.run(['--role', 'ops', '--yes', '--json'], ROOT),
    ]) {
      const {stdout} = await captureOutput(command as () => Promise<unknown>)
      const {error} = JSON.parse(stdout) as {error: {code: string; suggestions: string[]}}
      expect(error.code).to.equal('AWS_AUTH')
      expect(error.suggestions.join('\n')).to.include('aws configure').and.not.to.include('--provider local')
    }
  })

  it('with credentials that have expired', async () => {
    const {sts} = await userWith(region, 'eve', ALL)
    const {iam} = await identity(region)
    const {Role} = await iam.createRole({RoleName: 'ops', AssumeRolePolicyDocument: TRUST})
    const {Credentials} = await sts.assumeRole({RoleArn: present(Role?.Arn), RoleSessionName: 'eve'})
    await region.store.change(({sessions}) => {
      for (const [id, session] of Object.entries(sessions))
        sessions[id] = {...session, expiration: '2026-01-01T00:00:00.000Z'}
    })
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials?.SessionToken,
    })
    const {suggestions, ...said} = await refusal()
    expect(said).to.include({exit: 1, code: 'AWS_AUTH'})
    expect(said.message).to.include('ExpiredToken')
    expect(suggestions).to.include('aws sso login')
  })

  it('in a region that does not exist, or that the account has not enabled', async () => {
    // A label that is too long is known not to exist by every resolver, without asking.
    process.env['AWS_ENDPOINT_URL'] = `http://eu-nowhere-9.${'x'.repeat(64)}.invalid`
    const {suggestions, ...said} = await refusal('--region', 'eu-nowhere-9')
    expect(said).to.include({exit: 1, code: 'AWS_ERROR'})
    expect(said.message).to.include('eu-nowhere-9').and.to.include('ENOTFOUND')
    expect(suggestions).to.include('--region')
    process.env['AWS_ENDPOINT_URL'] = region.endpoint
    faults.set(answering('*', 'OptInRequired', 401))
    const closed = await refusal()
    expect(closed).to.include({exit: 1, code: 'AWS_AUTH'})
    expect(closed.suggestions).to.include('Enable the region').and.to.include('--region')
  })

  it('with a type that its zone does not offer', async () => {
    faults.set({capacity: [{instanceType: 'm5.large', zone: 'local-1a', code: 'Unsupported'}]})
    const {suggestions, ...said} = await refusal('--worker-type', 'm5.large', '--zones', 'local-1a')
    expect(said).to.include({exit: 1, code: 'INVALID_SPEC'})
    expect(said.message).to.equal('The worker type m5.large is not offered in local-1a.')
    expect(suggestions).to.equal('Try --zones local-1b,local-1c')
  })

  it('where quotas are too low', async () => {
    faults.set({quotas: {vcpus: 8}})
    const {suggestions, ...said} = await refusal('--controllers', '3', '--workers', '3')
    expect(said).to.include({exit: 1, code: 'AWS_QUOTA'})
    expect(said.message).to.include('is 8, of which 0 are in use; the plan needs 12 more')
    expect(suggestions).to.include('--quota-code L-1216C47A --desired-value 12').and.to.include('--workers')
  })

  it('from an image that is gone', async () => {
    const {suggestions, ...said} = await refusal('--image', 'ami-00000000000000000', '--login-user', 'admin')
    expect(said).to.include({exit: 1, code: 'INVALID_SPEC'})
    expect(said.message).to.include('no image ami-00000000000000000 that this account may use')
    expect(suggestions).to.equal('Try --image debian-12')
  })

  it('in a subnet that is full', async () => {
    const {ec2} = region
    const {Vpc} = await ec2.createVpc({CidrBlock: '10.50.0.0/16'})
    const VpcId = present(Vpc?.VpcId)
    const {Subnet} = await ec2.createSubnet({VpcId, CidrBlock: '10.50.0.0/28'})
    const SubnetId = present(Subnet?.SubnetId)
    const {InternetGateway} = await ec2.createInternetGateway({})
    const GatewayId = present(InternetGateway?.InternetGatewayId)
    await ec2.attachInternetGateway({VpcId, InternetGatewayId: GatewayId})
    const {RouteTables = []} = await ec2.describeRouteTables({Filters: [{Name: 'vpc-id', Values: [VpcId]}]})
    const RouteTableId = present(RouteTables[0]?.RouteTableId)
    await ec2.createRoute({RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId})
    // Of 16 addresses, EC2 keeps five.
    for (let i = 0; i < 6; i += 1) await ec2.createNetworkInterface({SubnetId})
    const here = ['--vpc-id', VpcId, '--subnet-ids', SubnetId, '--load-balancer', 'none']
    const {suggestions, ...said} = await refusal(...here, '--controllers', '3', '--workers', '3')
    expect(said).to.include({exit: 1, code: 'INVALID_SPEC'})
    expect(said.message).to.include(`${SubnetId} has 5 free addresses, and 6 machines are to stand in it`)
    expect(suggestions).to.include('--subnet-ids').and.to.include('--workers')
  })

  it('under a name that a cluster of somebody else has', async () => {
    const Tags = [
      {Key: 'khw:cluster', Value: 'lab'},
      {Key: 'khw:cluster-id', Value: 'another'},
    ]
    await region.ec2.createVpc({CidrBlock: '10.9.0.0/16', TagSpecifications: [{ResourceType: 'vpc', Tags}]})
    const {suggestions, ...said} = await refusal()
    expect(said).to.include({exit: 1, code: 'CLUSTER_EXISTS'})
    expect(said.message).to.include('local-1 has a cluster "lab" already').and.to.include('cluster id another')
    expect(suggestions).to.include('--name').and.to.include('khw recover lab --provider aws --region local-1')
  })

  it('without a permission', async () => {
    faults.set({enforceIam: true})
    const {credentials} = await userWith(region, 'eve', {
      ...ALL,
      Statement: [...ALL.Statement, {Effect: 'Deny', Action: 'ec2:DeleteVpc', Resource: '*'}],
    })
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    })
    const {suggestions, ...said} = await refusal()
    expect(said).to.include({exit: 1, code: 'AWS_AUTH'})
    expect(said.message).to.match(/user\/eve lacks a permission: ec2:DeleteVpc\.$/)
    expect(suggestions).to.include('khw iam policy')
  })
})

const ALL = {Version: '2012-10-17', Statement: [{Effect: 'Allow', Action: '*', Resource: '*'}]}
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {AWS: 'arn:aws:iam::123456789012:root'}, Action: 'sts:AssumeRole'}],
})
