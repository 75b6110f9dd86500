import {releaseOf} from '../../kubernetes/releases.js'
import {KubernetesApiError} from '../../kubernetes/api-error.js'
import {inParallel} from '../../parallel.js'
import {ENCRYPTED_RESOURCES, encryptedBy} from '../../pki/encryption.js'
import {otherValuesCommand} from '../../templates/remote-commands.js'
import type {ClusterNode} from '../../cluster/addressing.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import type {Configure} from '../node/configure.js'
import {probeAsRoot} from '../node/root-shell.js'

type RewrittenNeeds = {
  readonly addresses: Addresses
  readonly configured: Configure
}

export type Rewritten = Step<{objects: number}, RewrittenNeeds>

export const REWRITTEN_STEP = 'keys/rewritten'

/** Requests at the same time. */
const WRITERS = 8

/**
 * Has everything that etcd holds encrypted with an older key written anew, until it holds nothing else. What is left to do
 * is read in etcd itself; a patch that changes nothing then makes the API server write what it finds under another key
 * than its first (apiserver/pkg/storage/etcd3: `stale`). So no secret comes here, nothing is in conflict with whoever
 * changes it at that time, and what is deleted meanwhile is done.
 */
export function rewritten(controller: ClusterNode, needs: RewrittenNeeds, after: readonly Step[]): Rewritten {
  return defineStep<{objects: number}, RewrittenNeeds>({
    id: REWRITTEN_STEP,
    phase: 'verify',
    title: 'Encrypt everything with the new key',
    needs,
    after,

    edition: ({keys}) => keys?.encryption?.join(),

    async create({spec, keys, kubernetes, nodes, artifacts, signal, progress}, {addresses, configured}) {
      const [first = ''] = keys?.encryption ?? []
      const begin = encryptedBy(releaseOf(spec.kubernetesVersion).encryptionProvider, first)
      const api = await kubernetes(addresses.publicIps, 'admin')
      const ssh = await nodes.to(controller.name, configured.host, progress)
      const others = async (): Promise<readonly string[]> => {
        const found = ENCRYPTED_RESOURCES.map(resource => otherValuesCommand(artifacts, resource, begin))
        const text = await probeAsRoot(ssh, found.join('\n'), {signal})
        return text.split('\n').filter(line => line !== '')
      }
      const rewrite = async (key: string): Promise<void> => {
        try {
          await api.patch(pathOf(key), {})
        } catch (error) {
          if (error instanceof KubernetesApiError && isRefusal(error)) throw new Fatal(error)
          throw error
        }
      }
      const written = new Set<string>()
      const none = async (): Promise<true | undefined> => {
        const left = await others()
        await inParallel(left, WRITERS, async key => {
          signal.throwIfAborted()
          await rewrite(key)
          written.add(key)
          progress(`${written.size} written`)
        })
        return left.length === 0 || undefined
      }
      await waitUntil(none, {
        what: `etcd to hold nothing that is encrypted with another key than ${first}`,
        budget: 600_000,
        every: 100,
        slowest: 2_000,
        signal,
        suggestions: ['Run the same command again: it goes on where it stopped.'],
      })
      return {objects: written.size}
    },
  })
}

/** By somebody's webhook or quota, which waiting does not change; what passes is a conflict, or an API server with much to do. */
function isRefusal({status}: KubernetesApiError): boolean {
  return status >= 400 && status < 500 && ![408, 409, 429].includes(status)
}

/** `/registry/secrets/default/name` is at `/api/v1/namespaces/default/secrets/name`. */
function pathOf(key: string): string {
  const [, , resource = '', namespace = '', name = ''] = key.split('/')
  return `/api/v1/namespaces/${namespace}/${resource}/${encodeURIComponent(name)}`
}
