import {expect} from 'chai'
import {takeInventory} from '../../src/aws/inventory.js'
import {DESTROY_PLAN} from '../../src/steps/destroy/destroy-plan.js'
import {RegionRun} from './region-run.js'

describe('destroy against the region', () => {
  let run: RegionRun
  beforeEach(async () => {
    run = await RegionRun.open()
  })
  afterEach(() => run.close())

  const destroy = async (): Promise<void> => {
    const {signal} = new AbortController()
    const {ec2} = run.region
    const inventory = await takeInventory(ec2, run.clusterId, signal)
    for (const row of DESTROY_PLAN) await Promise.all(row.map(removal => removal.remove({ec2, inventory, signal})))
  }

  it('takes down what was made, by its tags alone, and nothing else', async () => {
    const foreign = await run.region.ec2.createVpc({CidrBlock: '10.99.0.0/16'})
    const before = JSON.stringify((await run.region.ec2.describeVpcs({VpcIds: [foreign.Vpc?.VpcId ?? '']})).Vpcs)
    await run.run()
    await destroy()
    expect(await run.ids()).to.deep.equal([])
    const {Vpcs = []} = await run.region.ec2.describeVpcs({})
    expect(JSON.stringify(Vpcs)).to.equal(before)
    expect(run.region.fabric.running.size).to.equal(0)
  }).timeout(30_000)

  it('is content when everything is gone already', async () => {
    await run.run()
    await destroy()
    await destroy()
    expect(await run.ids()).to.deep.equal([])
  }).timeout(30_000)

  it('goes on when somebody has terminated a machine meanwhile', async () => {
    await run.run()
    const {signal} = new AbortController()
    const {ec2} = run.region
    const inventory = await takeInventory(ec2, run.clusterId, signal)
    await ec2.terminateInstances({InstanceIds: [inventory.instances[0]?.InstanceId ?? '']})
    for (const row of DESTROY_PLAN) await Promise.all(row.map(removal => removal.remove({ec2, inventory, signal})))
    expect(await run.ids()).to.deep.equal([])
  }).timeout(30_000)
})
