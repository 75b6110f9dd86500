import type {ClusterNode} from '../../cluster/addressing.js'
import {rotateHostKey} from '../../ssh/host-key.js'
import type {Addresses} from '../compute/addresses.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Step} from '../engine/step.js'
import type {SecurityGroupRules} from '../network/security-group-rules.js'
import {hostOf} from './host.js'

export type ConnectNeeds = {
  readonly instance: Instance
  readonly addresses: Addresses
  readonly rules: SecurityGroupRules
}

export type Connect = Step<{host: string; hostKey: string}, ConnectNeeds>

/** First contact, under the host key the machine was launched with; then the machine makes one that only it knows. */
export function connect(node: ClusterNode, needs: ConnectNeeds): Connect {
  return defineStep<{host: string; hostKey: string}, ConnectNeeds>({
    id: `node/connect/${node.name}`,
    phase: 'node',
    title: `Connect to ${node.name}`,
    needs,

    async create({nodes, secrets, progress}, {addresses}) {
      const host = hostOf(addresses, node)
      progress('waiting for SSH')
      const remote = await nodes.to(node.name, host, progress)
      progress('rotating its host key')
      return {host, hostKey: await rotateHostKey(secrets, remote)}
    },
  })
}
