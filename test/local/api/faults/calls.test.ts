import {EC2} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {codeOf, CREDENTIALS} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

describe('calls that fail', () => {
  let region: FaultyRegion

  beforeEach(async () => {
    region = await faultyRegion()
  })

  afterEach(async () => {
    expect(region.errors).to.deep.equal([])
    await region.close()
  })

  const create = () => codeOf(region.ec2.createVpc({CidrBlock: '10.0.0.0/16'}))
  const vpcs = () => Object.keys(region.store.state.vpcs).length
  const creates = async (count: number) => {
    const codes: string[] = []
    for (let i = 0; i < count; i += 1) codes.push(await create())
    return codes
  }
  const lost = async (call: Promise<unknown>) => {
    const error: unknown = await call.then(
      () => undefined,
      (caught: unknown) => caught,
    )
    return error instanceof Error && 'code' in error ? error.code : error
  }

  it('before they are done lose nothing but the answer', async () => {
    const {ec2, faults, fabric} = region
    faults.set({calls: [{action: 'CreateVpc', nth: 1, when: 'before', how: 'drop'}]})
    expect(await lost(ec2.createVpc({CidrBlock: '10.0.0.0/16'}))).to.equal('ECONNRESET')
    expect([vpcs(), fabric.calls]).to.deep.equal([0, []])
    expect([await create(), vpcs()]).to.deep.equal(['no error', 1])
  })

  it('after they were done are stored, and nobody is told', async () => {
    const {ec2, faults, fabric, store} = region
    faults.set({calls: [{action: 'CreateVpc', nth: 1, when: 'after', how: 'drop'}]})
    expect(await lost(ec2.createVpc({CidrBlock: '10.0.0.0/16'}))).to.equal('ECONNRESET')
    const [vpcId = ''] = Object.keys(store.state.vpcs)
    expect(fabric.calls).to.deep.equal([`syncVpc ${vpcId}`])
    expect((await ec2.describeVpcs({VpcIds: [vpcId]})).Vpcs).to.have.length(1)
  })

  it('make a client that repeats them make two of a kind', async () => {
    region.faults.set({calls: [{action: 'CreateVpc', nth: 1, when: 'after', how: 'drop'}]})
    const {endpoint} = region
    const ec2 = new EC2({endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 3})
    await ec2.createVpc({CidrBlock: '10.0.0.0/16'})
    ec2.destroy()
    expect(vpcs()).to.equal(2)
  })

  it('may be answered with an error, done or not', async () => {
    const {ec2, faults} = region
    const how = {code: 'Unavailable', status: 503, message: 'The server is overloaded'}
    faults.set({
      calls: [
        {action: 'CreateVpc', nth: 1, when: 'before', how},
        {action: 'CreateVpc', nth: 2, when: 'after', how: {code: 'InternalError'}},
      ],
    })
    const first: unknown = await ec2.createVpc({CidrBlock: '10.0.0.0/16'}).catch((caught: unknown) => caught)
    expect(first).to.include({name: 'Unavailable', message: 'The server is overloaded'})
    expect(first).to.have.nested.property('$metadata.httpStatusCode', 503)
    expect(vpcs()).to.equal(0)
    expect([await create(), vpcs()]).to.deep.equal(['InternalError', 1])
    expect([await create(), vpcs()]).to.deep.equal(['no error', 2])
  })

  it('are the nth and as many after it as were said', async () => {
    region.faults.set({calls: [{action: 'CreateVpc', nth: 2, times: 2, when: 'before', how: {code: 'X'}}]})
    expect(await creates(4)).to.deep.equal(['no error', 'X', 'X', 'no error'])
  })

  it('are every so many, at most so often', async () => {
    region.faults.set({calls: [{action: '*', every: 2, times: 2, when: 'before', how: {code: 'X'}}]})
    expect(await creates(6)).to.deep.equal(['no error', 'X', 'no error', 'X', 'no error', 'no error'])
  })

  it('are told apart by action, and the first fault that hits decides', async () => {
    const {ec2, faults} = region
    faults.set({
      calls: [
        {action: 'Create*', when: 'before', how: {code: 'X'}},
        {action: '*', when: 'before', how: {code: 'Y'}},
      ],
    })
    expect([await create(), await codeOf(ec2.describeVpcs({}))]).to.deep.equal(['X', 'Y'])
    expect(await codeOf(ec2.createInternetGateway({}))).to.equal('X')
  })

  it('are counted afresh when the settings are replaced', async () => {
    const calls = [{action: 'CreateVpc', nth: 2, when: 'before' as const, how: {code: 'X'}}]
    region.faults.set({calls})
    expect(await creates(1)).to.deep.equal(['no error'])
    region.faults.set({calls})
    expect(await creates(3)).to.deep.equal(['no error', 'X', 'no error'])
    region.faults.set({})
    expect(await creates(2)).to.deep.equal(['no error', 'no error'])
  })

  it('hide from the caller whether they would have been refused', async () => {
    const {ec2, faults} = region
    faults.set({calls: [{action: 'DeleteVpc', when: 'after', how: 'drop'}]})
    expect(await lost(ec2.deleteVpc({VpcId: 'vpc-0123456789abcdef0'}))).to.equal('ECONNRESET')
  })
})
