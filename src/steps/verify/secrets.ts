import type {ClusterNode} from '../../cluster/addressing.js'
import {KhwError} from '../../errors.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Configure} from '../node/configure.js'
import {secretIsEncryptedAtRest} from './secret-at-rest.js'

type SecretsNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
  readonly configured: Configure
}

export type Secrets = Step<{encrypted: boolean}, SecretsNeeds>

/** Writes a secret through the API and looks at what etcd holds: it must not be readable there. */
export function secrets(controller: ClusterNode, needs: SecretsNeeds): Secrets {
  return defineStep<{encrypted: boolean}, SecretsNeeds>({
    id: 'verify/secrets',
    phase: 'verify',
    title: 'Check that secrets are encrypted in etcd',
    needs,

    async create({kubernetes, nodes, artifacts, signal, progress}, {addresses, configured}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const encrypted = await secretIsEncryptedAtRest({
        api,
        controller: () => nodes.to(controller.name, configured.host, progress),
        artifacts,
        signal,
      })
      if (encrypted) return {encrypted}
      throw new KhwError('CHECK_FAILED', `etcd on ${controller.name} holds a secret that is not encrypted.`, [
        `Look at the API server's configuration: khw ssh ${controller.name} -- sudo journalctl -u kube-apiserver -n 50`,
      ])
    },
  })
}
