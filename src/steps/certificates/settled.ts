import type {ClusterNode} from '../../cluster/addressing.js'
import {gracefulStop} from '../../templates/graceful-stop.js'
import {unitJobsCommand} from '../../templates/remote-commands.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Configure} from '../node/configure.js'
import type {Connect} from '../node/connect.js'
import {probeAsRoot} from '../node/root-shell.js'

type SettledNeeds = {
  readonly configured: Configure
  /** A machine that this very run has made is not in its inventory. */
  readonly connection: Connect
}

export type Settled = Step<Nothing, SettledNeeds>

/** Units are restarted without being waited for: one that is asked how it is before it has stopped would answer well. */
export function settled(node: ClusterNode, configured: Configure): Settled {
  return defineStep<Nothing, SettledNeeds>({
    id: `renew/settled/${node.name}`,
    phase: 'node',
    title: `Wait for what restarts on ${node.name}`,
    needs: {configured, connection: configured.needs.connection},

    async create({nodes, spec, access, signal, progress}, {connection}) {
      const ssh = await nodes.to(node.name, connection.host, progress, connection.via)
      const none = async (): Promise<true> => {
        const jobs = (await probeAsRoot(ssh, unitJobsCommand(node.role), {signal})).trim()
        if (jobs === '') return true
        throw new Error(`it is at ${jobs.split('\n').join(', ')}`)
      }
      await waitUntil(none, {
        what: `systemd on ${node.name} to have restarted everything`,
        budget: (180 + gracefulStop(spec, access.targetLag).atMost) * 1000,
        every: 300,
        signal,
        suggestions: [`Look at it: khw ssh ${node.name} --name ${spec.name} -- systemctl list-jobs`],
      })
      return {}
    },
  })
}
