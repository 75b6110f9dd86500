import {setTimeout as sleep} from 'node:timers/promises'
import {join} from 'node:path'
import {realpathSync} from 'node:fs'
import {expect} from 'chai'
import type {ClusterReport} from '../../../src/cluster/report.js'
import {regionNames} from '../../../src/local/host/names.js'
import {namespacePath} from '../../../src/local/vpc/namespaces.js'
import {operatorCredentials} from '../../../src/pki/operator-credentials.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import type {Khw} from '../khw.js'
import {lossesOf, Probe, summaryOf, type Way} from './probe.js'
import {clusterOf} from './rendered-addon.js'

/**
 * Does something to a cluster while its API is asked as its operator does, through the load balancer if it has one, and as
 * a worker does, through its own haproxy. Fails the test for each request that is lost.
 */
export async function underProbe<T>(khw: Khw, cluster: string, act: () => Promise<T>): Promise<T> {
  const probe = await probeOf(khw, cluster)
  const began = Date.now()
  try {
    return await act()
  } finally {
    const reports = await probe.stop()
    console.log(reports.map(report => `      ${summaryOf(report)}`).join('\n'))
    expect(lossesOf(reports)).to.deep.equal([])
    for (const {name, sent} of reports) expect(sent, name).to.be.at.least(((Date.now() - began) / 1000) * 9)
  }
}

async function probeOf(khw: Khw, cluster: string): Promise<Probe> {
  const {endpoint, nodes} = await balanced(khw, cluster)
  const worker = nodes.find(({role}) => role === 'worker')?.instanceId ?? ''
  const names = regionNames(join(realpathSync(khw.home), 'region'))
  const ways: readonly Way[] = [
    {name: 'default context', url: endpoint ?? ''},
    {name: 'haproxy', url: 'https://127.0.0.1:6443', namespace: namespacePath(names.instanceNamespace(worker))},
  ]
  const credentials = await withCluster(clusterOf(khw, cluster), ({context}) =>
    operatorCredentials(context.secrets, 'admin'),
  )
  return Probe.start(ways, credentials)
}

/** The status of a cluster once its load balancer, if any, is what its kubeconfig names; the test's own time limit ends this. */
async function balanced(khw: Khw, cluster: string): Promise<ClusterReport> {
  for (;;) {
    const report = JSON.parse((await khw.run('status', cluster, '--json')).stdout) as ClusterReport
    if (report.checks.every(({name, ok}) => name !== 'load-balancer' || ok)) return report
    await sleep(500)
  }
}
