import {expect} from 'chai'
import {takeInventory} from '../../src/aws/inventory.js'
import {operatorPolicy} from '../../src/aws/permissions/policy.js'
import type {PolicyDocument} from '../../src/aws/permissions/policy-document.js'
import {systemClock} from '../../src/clock.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {userWith} from '../local/api/iam/iam-client.js'
import {RegionRun} from './region-run.js'

/** A region that enforces IAM, in which khw calls as a user with this policy and no other. */
function runWith(policy: PolicyDocument): Promise<RegionRun> {
  return RegionRun.open({
    faults: new SettableFaults({enforceIam: true}),
    signIn: async region => (await userWith(region, 'operator', policy)).credentials,
  })
}

describe('who may do what khw iam policy says, and nothing else', () => {
  it('makes a cluster and takes it down again', async () => {
    const run = await runWith(operatorPolicy({regions: ['local-1']}))
    await run.run()
    const {signal} = new AbortController()
    const {remaining} = await takeDown({
      ...run.clients,
      clusterId: run.clusterId,
      inventory: await takeInventory(run.clients, run.clusterId, signal),
      forceForeign: false,
      onEvent: () => undefined,
      clock: systemClock,
      signal,
    })
    expect(remaining).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
    await run.close()
  }).timeout(30_000)
})
