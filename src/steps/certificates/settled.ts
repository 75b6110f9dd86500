import {required} from '../../aws/required.js'
import type {ClusterNode} from '../../cluster/addressing.js'
import {unitJobsCommand} from '../../templates/remote-commands.js'
import {liveHosts} from '../compute/node-instance.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Configure} from '../node/configure.js'
import {probeAsRoot} from '../node/root-shell.js'

export type Settled = Step<Nothing, {configured: Configure}>

/** Units are restarted without being waited for: one that is asked how it is before it has stopped would answer well. */
export function settled(node: ClusterNode, configured: Configure): Settled {
  return defineStep<Nothing, {configured: Configure}>({
    id: `renew/settled/${node.name}`,
    phase: 'node',
    title: `Wait for what restarts on ${node.name}`,
    needs: {configured},

    async create({nodes, spec, inventory, signal, progress}) {
      const at = required(liveHosts(spec, inventory)[node.name], `the address of ${node.name}`)
      const ssh = await nodes.to(node.name, at.host, progress, at.via)
      const none = async (): Promise<true> => {
        const jobs = (await probeAsRoot(ssh, unitJobsCommand(node.role), {signal})).trim()
        if (jobs === '') return true
        throw new Error(`it is at ${jobs.split('\n').join(', ')}`)
      }
      await waitUntil(none, {
        what: `systemd on ${node.name} to have restarted everything`,
        budget: 180_000,
        every: 300,
        signal,
        suggestions: [`Look at it: khw ssh ${node.name} -- systemctl list-jobs`],
      })
      return {}
    },
  })
}
