import type {ClusterNode} from '../../cluster/addressing.js'
import {etcdHealthCommand} from '../../templates/remote-commands.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Configure} from '../node/configure.js'
import {probeAsRoot} from '../node/root-shell.js'

export type Quorum = Step<Nothing, {configured: readonly Configure[]}>

/** All members were started together, by their nodes' bundles; this waits until this one serves linearised reads. */
export function quorum(node: ClusterNode, configured: readonly Configure[], own: number): Quorum {
  return defineStep<Nothing, {configured: readonly Configure[]}>({
    id: `etcd/quorum/${node.name}`,
    phase: 'etcd',
    title: `Wait for etcd on ${node.name}`,
    needs: {configured},

    async create({nodes, artifacts, signal, progress}, needs) {
      const ssh = await nodes.to(node.name, needs.configured[own]?.host ?? '', progress)
      const healthy = async (): Promise<true> => {
        await probeAsRoot(ssh, etcdHealthCommand(artifacts), {signal})
        return true
      }
      await waitUntil(healthy, {
        what: `etcd on ${node.name} to have a quorum`,
        budget: 120_000,
        every: 500,
        signal,
        suggestions: [`Read its log: khw ssh ${node.name} -- sudo journalctl -u etcd -n 50`],
      })
      return {}
    },
  })
}
