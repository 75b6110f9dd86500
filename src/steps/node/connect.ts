import type {ClusterNode} from '../../cluster/addressing.js'
import {rotateHostKey} from '../../ssh/host-key.js'
import type {Addresses} from '../compute/addresses.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Step} from '../engine/step.js'
import type {SecurityGroupRules} from '../network/security-group-rules.js'
import {hostOf, type NodeHost} from './host.js'

export type ConnectNeeds = {
  readonly instance: Instance
  readonly addresses: Addresses
  readonly rules: SecurityGroupRules
}

type Connected = NodeHost & {hostKey: string}

export type Connect = Step<Connected, ConnectNeeds>

/** First contact, under the host key the machine was launched with; then the machine makes one that only it knows. */
export function connect(node: ClusterNode, needs: ConnectNeeds): Connect {
  return defineStep<Connected, ConnectNeeds>({
    id: `node/connect/${node.name}`,
    phase: 'node',
    title: `Connect to ${node.name}`,
    needs,

    async create({spec, nodes, secrets, progress}, {addresses}) {
      const at = hostOf(spec, addresses, node)
      progress('waiting for SSH')
      const remote = await nodes.to(node.name, at.host, progress, at.via)
      progress('rotating its host key')
      return {...at, hostKey: await rotateHostKey(secrets, remote)}
    },
  })
}
