import {randomBytes} from 'node:crypto'
import type {ArtifactSet} from '../../artifacts/artifact.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import {secretIsEncrypted} from '../../pki/encryption.js'
import type {RemoteNode} from '../../ssh/remote-node.js'
import {readEtcdKeyCommand} from '../../templates/remote-commands.js'
import {asRoot} from '../node/root-shell.js'

const NAMESPACE = 'default'
/** The same each time: what a run that was killed has left is used, and removed, by the next. */
const NAME = 'khw-check'

export interface SecretInput {
  readonly api: KubernetesApi
  /** A controller. */
  readonly controller: () => Promise<RemoteNode>
  readonly artifacts: ArtifactSet
  readonly signal: AbortSignal
}

/** Whether etcd holds a secret, written through the API, so that it cannot be read there. Removes it however that ends. */
export async function secretIsEncryptedAtRest({api, controller, artifacts, signal}: SecretInput): Promise<boolean> {
  const word = randomBytes(8).toString('hex')
  await api.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {name: NAME, namespace: NAMESPACE},
    stringData: {word},
  })
  try {
    const command = readEtcdKeyCommand(artifacts, `/registry/secrets/${NAMESPACE}/${NAME}`)
    const value = Buffer.from(await asRoot(await controller(), command, {signal}), 'base64')
    return secretIsEncrypted(value) && !value.includes(word)
  } finally {
    // What was found matters more than a left-over secret that holds nothing.
    await api.delete(`/api/v1/namespaces/${NAMESPACE}/secrets/${NAME}`).catch(() => undefined)
  }
}
