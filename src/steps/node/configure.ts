import {required} from '../../aws/required.js'
import {controllersOf, placed, workersOf, type ClusterNode} from '../../cluster/addressing.js'
import type {ApiNames} from '../../pki/certificates.js'
import {LEAF_LIFE} from '../../pki/lifetime.js'
import {tarOf, type TarEntry} from '../../tar.js'
import {applyScript} from '../../templates/apply-script.js'
import type {NodeBundle, NodeFile} from '../../templates/bundle.js'
import {controllerBundle} from '../../templates/controller-bundle.js'
import type {EtcdInitialState} from '../../templates/etcd.js'
import {workerBundle} from '../../templates/worker-bundle.js'
import {issuedNames, type Certificates} from '../access/certificates.js'
import type {Addresses} from '../compute/addresses.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Connect} from './connect.js'
import {controllerSecrets} from './controller-secrets.js'
import type {Fetch} from './fetch.js'
import {asRoot} from './root-shell.js'
import {workerSecrets} from './worker-secrets.js'
import type {Membership} from '../etcd/membership.js'

export type ConfigureNeeds = {
  readonly connection: Connect
  readonly fetch: Fetch
  readonly certificates: Certificates
  readonly addresses: Addresses
  /**
   * Of all controllers, on a controller; none on a worker. No member starts before it is known how each begins: the first
   * alone has no quorum and could not be asked any more.
   */
  readonly memberships: readonly Membership[]
}

export type Configure = Step<{files: number; host: string}, ConfigureNeeds>

/** Sends the node's one bundle: every file and unit it has from khw, applied by one idempotent script. */
export function configure(node: ClusterNode, needs: ConfigureNeeds): Configure {
  return defineStep<{files: number; host: string}, ConfigureNeeds>({
    id: `node/configure/${node.name}`,
    phase: 'node',
    title: `Configure ${node.name}`,
    needs,

    // Workers are given neither of them.
    edition: ({keys = {}}) => (node.role === 'worker' || Object.keys(keys).length === 0 ? undefined : {...keys}),

    async create(context, {connection, certificates, addresses, memberships}) {
      const initialState = memberships[node.number - 1]?.initialState ?? 'new'
      const bundle = await bundleOf(context, node, issuedNames(addresses, certificates), initialState)
      const ssh = await context.nodes.to(node.name, connection.host, context.progress, connection.via)
      await asRoot(ssh, applyScript(bundle), {input: await tarOf(bundle.files.map(entryOf)), signal: context.signal})
      return {files: bundle.files.length, host: connection.host}
    },
  })
}

async function bundleOf(
  context: StepContext,
  node: ClusterNode,
  names: ApiNames,
  etcdState: EtcdInitialState,
): Promise<NodeBundle> {
  const {artifacts, secrets, expiresAt, issuance, access} = context
  const spec = placed(context.spec, names)
  const pki = await context.pki(names)
  const worker = workersOf(spec).find(({name}) => name === node.name)
  if (worker) return workerBundle({spec, artifacts, node: worker, secrets: workerSecrets(spec, worker, pki), expiresAt})
  return controllerBundle({
    spec,
    artifacts,
    node: required(controllersOf(spec)[node.number - 1], node.name),
    etcdState,
    expiresAt,
    leafLife: issuance?.lifetime ?? LEAF_LIFE,
    targetLag: access.targetLag,
    secrets: await controllerSecrets(spec, node, pki, secrets),
  })
}

/** Names without the leading slash, as the apply script wants them; it sets owners and modes itself. */
function entryOf({path, mode, content}: NodeFile): TarEntry {
  return {kind: 'file', name: path.slice(1), mode, content: Buffer.from(content)}
}
