import {createServer} from 'node:http'
import {expect} from 'chai'
import {operatorRanges, parseOperatorRanges} from '../../../src/cluster/operator-ranges.js'
import type {RegionAccess} from '../../../src/cluster/provider.js'
import type {FaultSettings} from '../../../src/local/api/faults/settings.js'
import type {JournalHeader} from '../../../src/steps/engine/journal.js'
import {addressRanges} from '../../../src/steps/preflight/address-ranges.js'
import type {Check} from '../../../src/steps/preflight/check.js'
import {CHECKS} from '../../../src/steps/preflight/checks.js'
import {network as networkCheck} from '../../../src/steps/preflight/network.js'
import {nodeProxy} from '../../../src/steps/preflight/node-proxy.js'
import {sessionManager} from '../../../src/steps/preflight/session-manager.js'
import {CREDENTIALS, launch, network, reaches} from '../../local/api/test-region.js'
import {sampleSpec} from '../sample-spec.js'
import {Ahead} from './ahead.js'

const refusedBy = (action: string, code: string, status = 403): FaultSettings => ({
  calls: [{action, when: 'before', how: {code, status, message: 'as told'}}],
})

describe('the look before a create', () => {
  let ahead: Ahead
  beforeEach(async () => {
    ahead = await Ahead.open()
  })
  afterEach(() => ahead.region.close())

  it('finds nothing where nothing is in the way, and makes nothing', async () => {
    expect(await ahead.failures()).to.deep.equal([])
    const {findings, refuseFailed} = await ahead.look()
    refuseFailed()
    const detail = Object.fromEntries(findings.map(finding => [finding.check, finding.detail]))
    expect(findings.map(({fix}) => fix)).to.deep.equal(findings.map(() => null))
    expect(detail['identity']).to.equal('account 123456789012, arn:aws:iam::123456789012:root, region local-1')
    expect(detail['quota: vCPUs']).to.equal('12 more besides 0 in use, of 4096')
    expect(detail['image']).to.include('ami-0123456789abcdef0')
    expect(detail['machines']).to.equal('3 controllers of t3.medium, 3 workers of t3.medium')
    expect(detail['permissions']).to.match(/^(\d+) of \1 calls that change something are allowed, by trial$/)
  })

  it('has no two checks of the same name', () => {
    const names = CHECKS.map(({name}) => name)
    expect(new Set(names).size).to.equal(names.length)
  })

  it('tells of no credentials once, and how to get some', async () => {
    const {credentials, ...access} = ahead.access
    expect(credentials).not.to.equal(undefined)
    const saved = {...process.env}
    const none = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/no/such',
      AWS_CONFIG_FILE: '/no/such',
    }
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, none)
    try {
      const error = await ahead.refusal({}, {access})
      expect(error).to.include({code: 'AWS_AUTH'})
      expect(error.message).to.include('Could not sign in to local (local-1)')
      expect(error.suggestions.join('\n')).to.include('aws configure').and.to.include('--provider local')
      expect((await ahead.failures({}, {access})).map(({check}) => check)).to.deep.equal(['identity'])
    } finally {
      for (const name of Object.keys(none)) Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, saved)
    }
  })

  it('refuses credentials of the environment that end too soon, and warns of others that do', async () => {
    const {credentials, ...access} = ahead.access
    const soon = new Date(Date.now() + 120_000)
    const [ACCESS, SECRET, END] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_CREDENTIAL_EXPIRATION'] as const
    const saved = {...process.env}
    Object.assign(process.env, {
      [ACCESS]: CREDENTIALS.accessKeyId,
      [SECRET]: CREDENTIALS.secretAccessKey,
      [END]: soon.toISOString(),
    })
    try {
      const error = await ahead.refusal({}, {access})
      expect(error).to.include({code: 'AWS_AUTH'})
      expect(error.message).to.match(/^The credentials in the environment end in [12] min/)
    } finally {
      for (const name of [ACCESS, SECRET, END]) {
        if (saved[name] === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = saved[name]
      }
    }
    const ending = {...CREDENTIALS, ...credentials, expiration: soon}
    const {findings, refuseFailed} = await ahead.look({}, {access: {...access, credentials: ending}})
    refuseFailed()
    expect(findings.find(({check}) => check === 'credentials')?.detail).to.include('renewed while the login lasts')
  })

  it('tells of expired credentials, and to log in', async () => {
    ahead.faults.set(refusedBy('sts:GetCallerIdentity', 'ExpiredToken'))
    const error = await ahead.refusal()
    expect(error).to.include({code: 'AWS_AUTH'})
    expect(error.message).to.include('ExpiredToken')
    expect(error.suggestions[0]).to.include('aws sso login')
  })

  it('tells of a region that does not exist at the first try', async () => {
    // A label that is too long is known not to exist by every resolver, without asking.
    const endpoint = `http://sts.eu-nowhere-9.${'x'.repeat(64)}.invalid`
    const access = {...ahead.access, region: 'eu-nowhere-9', endpoint}
    const error = await ahead.refusal({}, {access})
    expect(error.cause).to.deep.include({code: 'ENOTFOUND', $metadata: {attempts: 1, totalRetryDelay: 0}})
    expect(error.message).to.include('Could not sign in to local (eu-nowhere-9)').and.to.include('ENOTFOUND')
    expect(error.suggestions.join('\n')).to.include('--region').and.to.include('HTTPS_PROXY')
  })

  it('tells of a region that the account has not enabled', async () => {
    ahead.faults.set(refusedBy('*', 'OptInRequired', 401))
    const error = await ahead.refusal()
    expect(error).to.include({code: 'AWS_AUTH'})
    expect(error.suggestions).to.deep.equal(['Enable the region for your account, or choose another with --region'])
  })

  it('tells of a type that no zone has, and of one that does not exist', async () => {
    ahead.faults.set({capacity: [{instanceType: 'm5.large', code: 'Unsupported'}]})
    const found = await ahead.failures({workerType: 'm5.large', controllerType: 't9.medium'})
    expect(found.map(({check, detail}) => [check, detail])).to.deep.equal([
      ['machines', 'The region local-1 has no instance type t9.medium.'],
      ['machines', 'The worker type m5.large is not offered in any zone of local-1.'],
    ])
    expect(found[0]?.fix).to.include('--controller-type t3.medium').and.not.to.include('--worker-type')
    expect(found[1]?.fix).to.include('--worker-type t3.medium').and.not.to.include('--controller-type')
  })

  it('warns of machines that are too small', async () => {
    const {findings} = await ahead.look({workerType: 't3.micro'})
    const finding = findings.find(({check}) => check === 'machines')
    expect(finding).to.include({ok: true, fix: 'Better: --worker-type t3.medium'})
  })

  it('tells of quotas that are too low: what is in use, what is needed, how to get more', async () => {
    const {ec2} = ahead.region
    await reaches(ec2, await launch(ec2, await network(ec2), {InstanceType: 't3.xlarge'}), 'running')
    ahead.faults.set({quotas: {vcpus: 15, vpcs: 1, internetGateways: 0}})
    const found = await ahead.failures()
    expect(found.map(({detail}) => detail)).to.deep.equal([
      'The quota of vCPUs in local-1 is 15, of which 4 are in use; the plan needs 12 more.',
      'The quota of VPCs in local-1 is 1, of which 1 are in use; the plan needs 1 more.',
      'The quota of internet gateways in local-1 is 0, of which 0 are in use; the plan needs 1 more.',
    ])
    expect(found[0]?.fix).to.include('--quota-code L-1216C47A --desired-value 16').and.to.include('--workers')
    const error = await ahead.refusal()
    expect(error).to.include({code: 'CHECK_FAILED'})
    expect(error.oclif.exit).to.equal(1)
    expect(error.suggestions).to.have.length(6)
    expect(error.troubles.map(({message, suggestions}) => [message, suggestions.join('\n')])).to.deep.equal(
      found.map(({detail, fix}) => [detail, fix]),
    )
    ahead.faults.set({quotas: {vcpus: 16, vpcs: 2, internetGateways: 1}})
    expect(await ahead.failures()).to.deep.equal([])
  })

  it('counts machines with graphics processors against the quota of those', async () => {
    ahead.faults.set({quotas: {vcpus: 6, gVcpus: 8}})
    const [found, ...others] = await ahead.failures({workerType: 'g4dn.xlarge'})
    expect(others).to.deep.equal([])
    expect(found?.detail).to.equal(
      'The quota of vCPUs of G and VT instances in local-1 is 8, of which 0 are in use; the plan needs 12 more.',
    )
    expect(found?.fix).to.include('--quota-code L-DB2E81BA --desired-value 12')
    ahead.faults.set({quotas: {vcpus: 6, gVcpus: 12}})
    expect(await ahead.failures({workerType: 'g4dn.xlarge'})).to.deep.equal([])
  })

  it('counts a route for each worker, and the rules that let ranges in', async () => {
    ahead.faults.set({quotas: {routesPerTable: 5, rulesPerGroup: 17}})
    expect(await ahead.failures()).to.deep.equal([])
    const [routes, ...others] = await ahead.failures({workers: 4})
    expect(others).to.deep.equal([])
    expect(routes?.detail).to.equal(
      'The quota of routes in a route table in local-1 is 5, of which 2 are in use; the plan needs 4 more.',
    )
    expect(routes?.fix).to.include('--quota-code L-93826ACB --desired-value 6').and.to.include('--workers')
    const texts = Array.from({length: 9}, (_, i) => `203.0.113.${i}`)
    const ranges = operatorRanges(parseOperatorRanges(texts, false))
    const [rules] = await ahead.failures({}, {ranges})
    expect(rules?.detail).to.include('The quota of rules of a security group in local-1 is 17, of which 0 are in use')
    expect(rules?.fix).to.include('--quota-code L-0EA8095F').and.to.include('--allow-cidr')
  })

  it('counts the largest type that a machine may be', async () => {
    ahead.faults.set({quotas: {vcpus: 17}})
    const [found] = await ahead.failures({fallbackTypes: {worker: ['t3.xlarge', 't3.small']}})
    expect(found?.detail).to.include('is 17, of which 0 are in use; the plan needs 18 more')
  })

  it('counts workers on the spot market against the quota of that, unless it is too small', async () => {
    ahead.faults.set({quotas: {vcpus: 10}})
    expect(await ahead.failures({spot: true})).to.deep.equal([])
    ahead.faults.set({quotas: {vcpus: 10, spotVcpus: 5}})
    const [found] = await ahead.failures({spot: true})
    expect(found?.detail).to.include('the plan needs 12 more')
  })

  it('counts network load balancers where one is wanted', async () => {
    ahead.faults.set({quotas: {networkLoadBalancers: 0}})
    expect(await ahead.failures({loadBalancer: 'none'})).to.deep.equal([])
    const [found] = await ahead.failures({loadBalancer: 'nlb'})
    expect(found?.detail).to.equal(
      'The quota of network load balancers in local-1 is 0, of which 0 are in use; the plan needs 1 more.',
    )
    expect(found?.fix).to.include('--load-balancer none')
  })

  it('warns of a quota of the spot market that is too low, as workers then run on demand', async () => {
    ahead.faults.set({quotas: {vcpus: 12, spotVcpus: 5}})
    const {findings, refuseFailed} = await ahead.look({spot: true})
    refuseFailed()
    const of = (check: string) => findings.find(finding => finding.check === check)
    expect(of('quota: vCPUs')?.detail).to.equal('12 more besides 0 in use, of 12')
    expect(of('quota: spot vCPUs')?.detail).to.include('is 5, of which 0 are in use; the plan needs 6 more: workers')
    expect(of('quota: spot vCPUs')?.fix).to.include('L-34B43A08')
  })

  it('goes on where quotas cannot be read, and says so', async () => {
    ahead.faults.set(refusedBy('servicequotas:*', 'AccessDeniedException'))
    const {findings, refuseFailed} = await ahead.look()
    refuseFailed()
    const finding = findings.find(({check}) => check === 'quota: vCPUs')
    expect(finding?.detail).to.include('Not checked: as told')
    expect(finding?.fix).to.include('khw iam policy')
  })

  it('takes the default of a quota that was never changed for the account', async () => {
    ahead.faults.set(refusedBy('servicequotas:GetServiceQuota', 'NoSuchResourceException', 400))
    const {findings} = await ahead.look()
    const of = (check: string) => findings.find(finding => finding.check === check)?.detail
    expect(of('quota: VPCs')).to.equal('1 more besides 0 in use, of 5')
    expect(of('quota: vCPUs')).to.include('is 5, of which 0 are in use; the plan needs 12 more')
  })

  it('tells of an image that is gone', async () => {
    const error = await ahead.refusal({controllerType: 't4g.medium', workerType: 't4g.medium'})
    expect(error.message).to.include('The region local-1 has no image of Debian 12 for arm64')
    expect(error.suggestions[0]).to.include('--region')
  })

  it('tells of a permission that is missing, by its name', async () => {
    ahead.faults.set(refusedBy('CreateVpc', 'UnauthorizedOperation'))
    const error = await ahead.refusal()
    expect(error).to.include({code: 'AWS_AUTH'})
    expect(error.message).to.include('arn:aws:iam::123456789012:root lacks a permission: ec2:CreateVpc.')
    expect(error.suggestions.join()).to.include('khw iam policy')
    // Of what does not exist, nobody can say whether it would be allowed if it did and were khw's.
    ahead.faults.set(refusedBy('DeleteVpc', 'UnauthorizedOperation'))
    const {findings} = await ahead.look()
    expect(findings.find(({check}) => check === 'permissions'))
      .to.include({ok: true})
      .and.to.have.property('fix')
  })

  it('tells of a name that is taken by a cluster of somebody else', async () => {
    const Tags = [
      {Key: 'khw:cluster', Value: 'sample'},
      {Key: 'khw:cluster-id', Value: 'another'},
    ]
    await ahead.region.ec2.createVpc({CidrBlock: '10.9.0.0/16', TagSpecifications: [{ResourceType: 'vpc', Tags}]})
    const error = await ahead.refusal()
    expect(error).to.include({code: 'CLUSTER_EXISTS'})
    expect(error.message).to.include('local-1 has a cluster "sample" already').and.to.include('cluster id another')
    expect(error.suggestions.join('\n')).to.include('--name').and.to.include('khw recover sample')
    expect(await ahead.failures({name: 'other'})).to.deep.equal([])
  })

  it('says that a proxy of this machine is none of the nodes', async () => {
    const {HTTPS_PROXY: saved} = process.env
    process.env['HTTPS_PROXY'] = 'http://proxy.example:3128'
    try {
      const access = {...ahead.access, provider: 'aws'} as const
      const ranges = {operatorCidr: '203.0.113.7/32'}
      const of = async (change: {nodeProxy?: string}) =>
        (await ahead.look(change, {access, ranges, checks: [nodeProxy]})).findings[0]
      expect((await of({}))?.fix).to.include('--node-proxy URL')
      expect(await of({nodeProxy: 'http://10.0.0.9:3128'})).to.include({ok: true, fix: null})
    } finally {
      if (saved === undefined) Reflect.deleteProperty(process.env, 'HTTPS_PROXY')
      else process.env['HTTPS_PROXY'] = saved
    }
  })

  it('says what Session Manager needs, which the local region has not, and refuses what cannot be had', async () => {
    const here = await ahead.look({ssm: true}, {checks: [sessionManager]})
    expect(here.findings[0]).to.deep.include({ok: true, fix: 'Use khw ssh controller-1 --name sample here'})
    expect(here.findings[0]?.detail).to.include('no agent is installed here')
    expect((await ahead.look({}, {checks: [sessionManager]})).findings).to.deep.equal([])
    const access: RegionAccess = {...ahead.access, provider: 'aws'}
    const before = process.env['HTTPS_PROXY']
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9'
    try {
      const refused = await ahead.refusal({ssm: true}, {access, checks: [sessionManager]})
      expect(refused.code).to.equal('ARTIFACT_UNREACHABLE')
      expect(refused.message).to.match(
        /^Debian 12 lacks the agent of Systems Manager, and s3\.local-1\.amazonaws\.com /,
      )
      expect(refused.suggestions.join()).to.include('--image al2023')
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY']
      else process.env['HTTPS_PROXY'] = before
    }
  })

  it('compares the clocks: a minute is a warning, five are too many', async () => {
    const clock = async () => (await ahead.look()).findings.find(({check}) => check === 'clock')
    expect(await clock()).to.include({ok: true, fix: null})
    ahead.region.advance(100_000)
    const minutes = await clock()
    expect(minutes).to.include({ok: true})
    expect(minutes?.detail).to.match(/^This machine's clock is 10\d s behind AWS\.$/)
    ahead.region.advance(300_000)
    const late = await clock()
    expect(late).to.include({ok: false})
    expect(late?.fix).to.include('timedatectl')
  })

  it('tells of ranges that would lead packets astray', async () => {
    const ranges = {operatorCidr: '10.240.7.7/32'}
    const [finding] = await ahead.failures({network: {podCidr: '169.254.0.0/16'}}, {ranges})
    expect(finding?.detail).to.include('--vpc-cidr 10.240.0.0/16 overlaps 10.240.7.7/32')
    expect(finding?.detail).to.include('--pod-cidr 169.254.0.0/16 covers link-local')
    expect(finding?.fix).to.include('--pod-cidr')
    const {findings} = await ahead.look({network: {vpcCidr: '203.0.0.0/16'}})
    expect(findings.find(({check}) => check === 'address ranges')?.fix).to.include('--vpc-cidr')
  })

  it('lets everybody in where that was insisted on (--allow-world), but for a range of somebody', async () => {
    const admitting = (...texts: readonly string[]) =>
      ahead.failures({}, {ranges: operatorRanges(parseOperatorRanges(texts, true)), checks: [addressRanges]})
    expect(await admitting('0.0.0.0/0')).to.deep.equal([])
    expect(await admitting('0.0.0.0/1', '128.0.0.0/1')).to.deep.equal([])
    const [finding] = await admitting('0.0.0.0/0', '10.0.0.0/8')
    expect(finding?.detail).to.include('--vpc-cidr 10.240.0.0/16 overlaps 10.0.0.0/8').and.not.to.include('0.0.0.0/0')
  })

  it('refuses private workers in a network of their own, unless the region itself serves them', async () => {
    const look = (change: Parameters<Ahead['look']>[0], access: Partial<RegionAccess> = {}) =>
      ahead.failures(
        {...change, network: {privateWorkers: true}},
        {access: {...ahead.access, ...access}, checks: [networkCheck]},
      )
    const self = {mirror: 'http://10.50.9.9/', nodeProxy: 'http://10.50.9.9:3128', image: 'ami-0123456789abcdef0'}
    const [finding] = await look({...self, provider: 'aws', region: 'eu-central-1', artifactSource: 'mirror'})
    expect(finding?.detail).to.include('Workers without public addresses could fetch nothing')
    expect(finding?.fix).to.equal('Use subnets behind a NAT gateway: --vpc-id VPC --subnet-ids SUBNET,SUBNET')
    const cacheServer = {url: 'http://169.254.169.253:8080', directory: '/no/such'}
    expect(await look({artifactSource: 'debian'}, {cacheServer})).to.deep.equal([])
    expect((await look({artifactSource: 'upstream'}, {cacheServer}))[0]?.fix).to.include('--mirror DIR')
  })

  it('before it goes on with a cluster: tells of another account, and of an address that has changed', async () => {
    const server = createServer((_, response) => response.end('198.51.100.9\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`
    try {
      const spec = {...sampleSpec({controllers: 3, workers: 3}), provider: 'aws'} as const
      const resumed = {spec, account: '210987654321', operatorCidr: '203.0.113.7/32'} as JournalHeader
      const options = {access: {...ahead.access, provider: 'aws'}, resumed, addressSources: [url, url]} as const
      const error = await ahead.refusal({}, options)
      expect(error.message).to.include('belongs to account 210987654321, but you are signed in to 123456789012')
      const moved = {...options, resumed: {...resumed, account: '123456789012'}}
      const [finding, ...others] = await ahead.failures({}, moved)
      expect(others).to.deep.equal([])
      expect(finding?.detail).to.equal(
        'Your public address is 198.51.100.9 now, but the cluster admits 203.0.113.7/32 only.',
      )
      expect(finding?.fix).to.equal('Let it in: khw access refresh sample')
      expect((await ahead.refusal({}, moved)).oclif.exit).to.equal(1)
      // Said by the user, who may leave by another way than the services see.
      const said = await ahead.look({}, {...moved, resumed: {...moved.resumed, rangesGiven: true}})
      said.refuseFailed()
      const warning = said.findings.find(({check}) => check === 'own address')
      expect(warning?.detail).to.include('198.51.100.9').and.to.include('203.0.113.7/32')
      expect(warning?.fix).to.include('khw access refresh sample --allow-cidr RANGE')
      const here = {...moved, resumed: {...moved.resumed, operatorCidr: '198.51.100.9/32'}}
      const {findings, refuseFailed} = await ahead.look({}, here)
      refuseFailed()
      expect(findings.map(({check}) => check)).to.deep.equal(['identity', 'credentials', 'clock', 'own address'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('takes no longer than its slowest check is allowed', async () => {
    const forever = new Promise<never>(() => undefined)
    const begun: string[] = []
    let begunAtFirst: readonly string[] = []
    const checks = ['a', 'b', 'c'].map((name): Check => ({
      name,
      run: ({signal}) => {
        begun.push(name)
        signal.addEventListener('abort', () => (begunAtFirst = begunAtFirst.length > 0 ? begunAtFirst : [...begun]))
        return forever
      },
    }))
    const {findings} = await ahead.look({}, {checks, timeout: 50})
    expect(begunAtFirst, 'before the first was given up').to.deep.equal(['a', 'b', 'c'])
    expect(findings.map(({ok}) => ok)).to.deep.equal([false, false, false])
    expect(findings[0]?.fix).to.include('HTTPS_PROXY')
  })
})
