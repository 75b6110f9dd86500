import {ServiceQuotas} from '@aws-sdk/client-service-quotas'
import {SSM} from '@aws-sdk/client-ssm'
import {expect} from 'chai'
import {identity} from '../iam/iam-client.js'
import {codeOf, CREDENTIALS, launchInput, network, type TestNetwork} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

const THROTTLED = 'RequestLimitExceeded'

describe('throttling', () => {
  let region: FaultyRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await faultyRegion()
    net = await network(region.ec2)
  })

  afterEach(async () => {
    await region.close()
  })

  const run = () => codeOf(region.ec2.runInstances(launchInput(net, {DryRun: true})))
  const describe_ = () => codeOf(region.ec2.describeVpcs({}))
  const times = async (count: number, call: () => Promise<string>) => {
    const codes: string[] = []
    for (let i = 0; i < count; i += 1) codes.push(await call())
    return codes
  }

  it('lets five RunInstances pass at once, then two a second; other actions have their own buckets', async () => {
    region.faults.set({throttle: {}})
    expect(await times(6, run)).to.deep.equal([...Array.from({length: 5}, () => 'DryRunOperation'), THROTTLED])
    expect(await describe_()).to.equal('no error')
    region.advance(499)
    expect(await run()).to.equal(THROTTLED)
    region.advance(501)
    expect(await times(3, run)).to.deep.equal(['DryRunOperation', 'DryRunOperation', THROTTLED])
    region.advance(3_600_000)
    expect((await times(6, run)).filter(code => code === THROTTLED)).to.have.length(1)
  })

  it('is answered with 503 and does nothing', async () => {
    const {ec2, faults, store} = region
    faults.set({throttle: {always: true}})
    const error: unknown = await ec2.createVpc({CidrBlock: '10.1.0.0/16'}).catch((caught: unknown) => caught)
    expect(error).to.include({name: THROTTLED})
    expect(error).to.have.nested.property('$metadata.httpStatusCode', 503)
    region.advance(3_600_000)
    expect([await describe_(), await run()]).to.deep.equal([THROTTLED, THROTTLED])
    expect(Object.keys(store.state.vpcs)).to.have.length(1)
    faults.set({})
    expect([await describe_(), await run()]).to.deep.equal(['no error', 'DryRunOperation'])
  })

  it('has EC2’s buckets for describing and changing', async () => {
    const {ec2, faults} = region
    faults.set({throttle: {}})
    const passed = async (call: () => Promise<string>) => (await times(101, call)).findIndex(code => code === THROTTLED)
    const filtered = {Filters: [{Name: 'vpc-id', Values: [net.vpcId]}]}
    expect(await passed(describe_)).to.equal(100)
    expect(await passed(() => codeOf(ec2.describeSecurityGroups({})))).to.equal(50)
    expect(await passed(() => codeOf(ec2.describeSecurityGroups(filtered)))).to.equal(100)
    expect(await passed(() => codeOf(ec2.createVpc({CidrBlock: '10.1.0.0/16', DryRun: true})))).to.equal(50)
    expect(await passed(() => codeOf(ec2.startInstances({InstanceIds: ['i-0123456789abcdef0']})))).to.equal(5)
    expect(await passed(() => codeOf(ec2.deleteTags({Resources: [net.vpcId], DryRun: true})))).to.equal(100)
  })

  it('takes other buckets', async () => {
    region.faults.set({throttle: {buckets: [{action: 'Describe*', capacity: 1, refillPerSecond: 0.1}]}})
    expect(await times(2, describe_)).to.deep.equal(['no error', THROTTLED])
    region.advance(9999)
    expect(await describe_()).to.equal(THROTTLED)
    region.advance(1)
    expect(await describe_()).to.equal('no error')
    expect((await times(6, run)).at(-1)).to.equal(THROTTLED)
  })

  it('is answered by the other services in their own words', async () => {
    const {iam, sts} = await identity(region)
    const config = {endpoint: region.endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 1}
    const quotas = new ServiceQuotas(config)
    const ssm = new SSM(config)
    const ask = () =>
      Promise.all(
        [
          sts.getCallerIdentity({}),
          iam.listUsers({}),
          ssm.getParameter({Name: '/aws/service/debian/release/12/latest/amd64'}),
          quotas.listServices({}),
        ].map(codeOf),
      )
    expect(await ask()).to.deep.equal(Array(4).fill('no error'))
    region.faults.set({throttle: {always: true}})
    const words = [...Array<string>(3).fill('ThrottlingException'), 'TooManyRequestsException']
    expect(await ask()).to.deep.equal(words)
    // Each has buckets of its own.
    region.faults.set({throttle: {buckets: [{action: 'Get*', capacity: 1, refillPerSecond: 0.001}]}})
    expect(await ask()).to.deep.equal(Array(4).fill('no error'))
    expect(await ask()).to.deep.equal(['ThrottlingException', 'no error', 'ThrottlingException', 'no error'])
    for (const client of [iam, sts, quotas, ssm]) client.destroy()
  })
})
