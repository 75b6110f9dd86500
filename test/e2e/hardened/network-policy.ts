import {expect} from 'chai'
import {homeOf} from '../../../src/cluster/home.js'
import type {ClusterReport} from '../../../src/cluster/report.js'
import {workersOf} from '../../../src/cluster/addressing.js'
import {policyCheck} from '../../../src/kubernetes/policy-check.js'
import {livePublicIps} from '../../../src/steps/compute/node-instance.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import type {Khw} from '../khw.js'

/** The very check that a create with `--cni kube-network-policies` ends with, where nothing enforces a policy. */
export function networkPolicies(khw: Khw, cluster: string): void {
  describe('network policies with the bridge', () => {
    it('are taken by the API and do nothing', async () => {
      const checks = await withCluster(
        {home: homeOf({...process.env, KHW_HOME: khw.home}), name: cluster, signal: AbortSignal.timeout(180_000)},
        async ({context}) =>
          policyCheck({
            api: await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin'),
            workers: workersOf(context.spec).map(({name}) => name),
            image: context.artifacts.images.check,
            patience: {pods: 60_000, policy: 2000, settled: 2000},
          }),
      )
      expect(checks.map(({name, ok}) => [name, ok])).to.deep.equal([
        ['policy-denial', false],
        ['policy-allowance', true],
      ])
      expect(checks[0]?.detail).to.match(/^Pods on worker-1 and worker-2 reach a pod on worker-1 /)
    })

    it('are said to do nothing', async () => {
      const report = JSON.parse(await khw.succeed('status', cluster, '--json')) as ClusterReport
      expect(report.network).to.deep.equal({cni: 'bridge', policiesEnforced: false})
      expect(await khw.succeed('status', cluster)).to.match(/^ {2}Policies +not enforced \(--cni bridge\)/m)
    })
  })
}
