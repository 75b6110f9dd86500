import {randomBytes} from 'node:crypto'
import type {ClusterNode} from '../../cluster/addressing.js'
import {KhwError} from '../../errors.js'
import {secretIsEncrypted} from '../../pki/encryption.js'
import {readEtcdKeyCommand} from '../../templates/remote-commands.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Configure} from '../node/configure.js'
import {asRoot} from '../node/root-shell.js'

type SecretsNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
  readonly configured: Configure
}

export type Secrets = Step<{encrypted: boolean}, SecretsNeeds>

const NAMESPACE = 'default'
/** The same each time: what a run that was killed has left is used, and removed, by the next. */
const NAME = 'khw-check'

/** Writes a secret through the API and looks at what etcd holds: it must not be readable there. */
export function secrets(controller: ClusterNode, needs: SecretsNeeds): Secrets {
  return defineStep<{encrypted: boolean}, SecretsNeeds>({
    id: 'verify/secrets',
    phase: 'verify',
    title: 'Check that secrets are encrypted in etcd',
    needs,

    async create({kubernetes, nodes, artifacts, signal, progress}, {addresses, configured}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const word = randomBytes(8).toString('hex')
      const path = `/api/v1/namespaces/${NAMESPACE}/secrets/${NAME}`
      await api.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {name: NAME, namespace: NAMESPACE},
        stringData: {word},
      })
      try {
        const ssh = await nodes.to(controller.name, configured.host, progress)
        const command = readEtcdKeyCommand(artifacts, `/registry/secrets/${NAMESPACE}/${NAME}`)
        const value = Buffer.from(await asRoot(ssh, command, {signal}), 'base64')
        if (secretIsEncrypted(value) && !value.includes(word)) return {encrypted: true}
        throw new KhwError('CHECK_FAILED', `etcd on ${controller.name} holds a secret that is not encrypted.`, [
          `Look at the API server's configuration: khw ssh ${controller.name} -- sudo journalctl -u kube-apiserver -n 50`,
        ])
      } finally {
        // What was found matters more than a left-over secret that holds nothing.
        await api.delete(path).catch(() => undefined)
      }
    },
  })
}
