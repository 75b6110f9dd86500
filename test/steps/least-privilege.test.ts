import {expect} from 'chai'
import {takeInventory} from '../../src/aws/inventory.js'
import {loadBalancerName} from '../../src/aws/load-balancers.js'
import {operatorPolicy} from '../../src/aws/permissions/policy.js'
import {rewriteSpecTags, specOfTags} from '../../src/aws/spec-tags.js'
import type {PolicyDocument} from '../../src/aws/permissions/policy-document.js'
import {clusterSpec} from '../../src/cluster/spec.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {tagExpiry} from '../../src/steps/expiry/tags.js'
import {takeDown} from '../../src/steps/destroy/take-down.js'
import {FastClock} from '../fast-clock.js'
import {userWith} from '../local/api/iam/iam-client.js'
import {network} from '../local/api/test-region.js'
import {foreignNetwork} from './foreign-network.js'
import {RegionRun, type RegionRunOptions} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

/** 198.18.0.4 to 198.18.0.19 */
const PUBLIC_RANGE = {first: 0xc6120004, last: 0xc6120013}

/** A region that enforces IAM, in which khw calls as a user with this policy and no other. */
function runWith(policy: () => PolicyDocument, options: RegionRunOptions = {}): Promise<RegionRun> {
  return RegionRun.open({
    faults: new SettableFaults({enforceIam: true}),
    signIn: async region => (await userWith(region, 'operator', policy())).credentials,
    ...options,
  })
}

async function makeAndTakeDown(run: RegionRun): Promise<void> {
  await run.run()
  const {signal} = new AbortController()
  await tagExpiry({...run.clients, clusterId: run.clusterId, signal}, '2030-01-01T00:00:00.000Z')
  const {remaining} = await takeDown({
    ...run.clients,
    clusterId: run.clusterId,
    inventory: await takeInventory(run.clients, run.clusterId, signal),
    forceForeign: false,
    onEvent: () => undefined,
    clock: run.clock,
    signal,
  })
  expect(remaining).to.deep.equal([])
  expect(await run.ids()).to.deep.equal([])
}

/** A run in a VPC of somebody else, whose id is known only once it is there. */
async function guestWith(policyFor: (vpcId: string) => PolicyDocument): Promise<RegionRun> {
  let vpcId = ''
  return runWith(() => policyFor(vpcId), {
    specIn: async ({ec2}) => {
      const theirs = await foreignNetwork(ec2)
      vpcId = theirs.vpcId
      const existing = {vpcId, publicSubnets: theirs.publicSubnets, privateSubnets: []}
      const network = {vpcCidr: '10.50.0.0/16', zones: ['local-1a', 'local-1a'], existing}
      return clusterSpec({...sampleSpec({controllers: 1, workers: 1}), network})
    },
  })
}

describe('who may do what khw iam policy says, and nothing else', function () {
  this.timeout(30_000)

  it('makes a cluster and takes it down again', async () => {
    const run = await runWith(() => operatorPolicy({regions: ['local-1']}))
    await makeAndTakeDown(run)
    await run.close()
  })

  it('makes one with a load balancer and spot workers, too, and takes that down again', async () => {
    const spec = clusterSpec({...sampleSpec({controllers: 3, workers: 1, loadBalancer: 'nlb'}), spot: true})
    const run = await runWith(() => operatorPolicy(), {spec, publicRange: PUBLIC_RANGE, clock: new FastClock(50)})
    await makeAndTakeDown(run)
    await run.close()
  })

  it('makes one without a load balancer for who may do nothing with those, and hides none from them', async () => {
    const {Statement, ...rest} = operatorPolicy()
    const kept = Statement.map(each => ({...each, Action: each.Action.filter(action => !/^elastic/.test(action))}))
    const run = await runWith(() => ({...rest, Statement: kept.filter(({Action}) => Action.length > 0)}))
    await makeAndTakeDown(run)
    const {subnetId} = await network(run.region.ec2)
    const Name = loadBalancerName(run.clusterId)
    await run.region.elb.createLoadBalancer({Name, Type: 'network', Scheme: 'internal', Subnets: [subnetId]})
    const looked: unknown = await run.ids().catch((error: unknown) => error)
    expect(String(looked)).to.include('elasticloadbalancing:Describe')
    await run.close()
  })

  it('writes down who may reach the cluster now', async () => {
    const run = await runWith(() => operatorPolicy())
    await run.run()
    const [vpc] = (await takeInventory(run.clients, run.clusterId, new AbortController().signal)).vpcs
    const record = {spec: run.spec, operatorCidr: '192.0.2.9/32'}
    await rewriteSpecTags(run.clients.ec2, vpc?.VpcId ?? '', vpc?.Tags, record)
    const {Vpcs = []} = await run.region.ec2.describeVpcs({VpcIds: [vpc?.VpcId ?? '']})
    expect(specOfTags(Vpcs[0]?.Tags)?.operatorCidr).to.equal('192.0.2.9/32')
    await run.close()
  })

  it('does all of it in a VPC of somebody else, if the policy names it, and not otherwise', async () => {
    const guest = await guestWith(vpcId => operatorPolicy({vpcIds: [vpcId]}))
    await makeAndTakeDown(guest)
    await guest.close()
    const stranger = await guestWith(() => operatorPolicy({vpcIds: ['vpc-0123456789abcdef0']}))
    const refused: unknown = await stranger.run().catch((error: unknown) => error)
    expect(String(refused)).to.match(/UnauthorizedOperation/)
    expect((await stranger.ids()).filter(id => /^(i|sg)-/.test(id))).to.deep.equal([])
    await stranger.close()
  })
})
