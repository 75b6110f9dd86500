import type {WorkerNode} from '../../cluster/addressing.js'
import {startUnitsCommand} from '../../templates/remote-commands.js'
import type {FirstApi} from '../control-plane/first-api.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import type {Configure} from '../node/configure.js'
import {asRoot} from '../node/root-shell.js'

interface StartNeeds {
  readonly configured: Configure
  readonly firstApi: FirstApi
  readonly [name: string]: Configure | FirstApi
}

export type Start = Step<Nothing, StartNeeds>

/** A kubelet that finds no API server backs off for longer than it takes to wait for one here. */
export function start(node: WorkerNode, configured: Configure, firstApi: FirstApi): Start {
  return defineStep<Nothing, StartNeeds>({
    id: `worker/start/${node.name}`,
    phase: 'worker',
    title: `Start the kubelet of ${node.name}`,
    needs: {configured, firstApi},

    async create({nodes, signal}, needs) {
      const ssh = await nodes.to(node.name, needs.configured.host)
      await asRoot(ssh, startUnitsCommand(['kubelet.service', 'kube-proxy.service']), {signal})
      return {}
    },
  })
}
