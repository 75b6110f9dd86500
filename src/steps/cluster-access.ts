import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {nodesOf} from '../cluster/addressing.js'
import {loginUserOf} from '../cluster/image-families.js'
import {chooseCluster, type ClusterDirectory} from '../cluster/store.js'
import {hasLoadBalancer} from '../cluster/spec.js'
import {KhwError} from '../errors.js'
import type {SecretStore} from '../pki/secret-store.js'
import {pinnedHostKeys} from '../ssh/host-key.js'
import {OPERATOR_KEY} from '../ssh/node-connections.js'
import {shellQuote} from '../templates/shell-quote.js'
import {writeFileAtomically} from '../write-file.js'
import {liveHosts, livePublicIps} from './compute/node-instance.js'
import type {RunContext} from './engine/context.js'
import {Journal} from './engine/journal.js'
import {refuseUnfinished, refuseWhileDestroyed} from './engine/journal-errors.js'
import {pointKubeconfig} from './control-plane/operator-kubeconfig.js'
import {checkLoadBalancer} from './load-balancer/check.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import {addressChanged} from './operator/address-changed.js'

export interface SshCommandOptions extends ClusterOptions {
  readonly node: string
  /** What to run there; a shell for the user if left out. */
  readonly command?: readonly string[]
}

/**
 * The argv of the system's ssh for a node: pinned host key under an alias of the cluster (public addresses are used
 * again by others), the cluster's own key, nothing of the user's configuration.
 */
export function sshCommand(options: SshCommandOptions): Promise<{program: string; args: string[]}> {
  const {node, command = []} = options
  return withCluster(options, async ({directory, context}) => {
    const names = nodesOf(context.spec).map(n => n.name)
    if (!names.includes(node)) {
      throw new KhwError(
        'NODE_NOT_FOUND',
        `The cluster "${directory.name}" has no node "${node}".`,
        [`Choose one of: ${names.join(', ')}`],
        {exit: 2},
      )
    }
    const at = liveHosts(context.spec, context.inventory)[node]
    if (at === undefined) {
      throw new KhwError('NODE_NOT_FOUND', `The machine of ${node} is not running, or cannot be reached.`, [
        `See what is: khw status ${directory.name}`,
      ])
    }
    const user = loginUserOf(context.spec)
    const words = async (name: string, host: string): Promise<string[]> => [
      ...(await optionWords(directory, context, name)),
      `${user}@${host}`,
    ]
    const [jump] = at.via ?? []
    // A percent sign begins a token of ssh's.
    const quoted = (word: string): string => shellQuote(word).replaceAll('%', '%%')
    const proxy = jump && `ssh -W %h:%p ${(await words(jump.name, jump.host)).map(quoted).join(' ')}`
    const remote = command.length > 0 ? ['--', ...command] : []
    return {
      program: 'ssh',
      args: [
        ...(proxy === undefined ? [] : ['-o', `ProxyCommand=${proxy}`]),
        ...(await words(node, at.host)),
        ...remote,
      ],
    }
  })
}

/** What the system's ssh needs to know of a node: its pinned host keys, the key that lets us in, nothing of the user's. */
async function optionWords(directory: ClusterDirectory, context: RunContext, node: string): Promise<string[]> {
  const alias = `khw-${context.clusterId}-${node}`
  const knownHosts = join(directory.path, `known_hosts.${node}`)
  await writeKnownHosts(context.secrets, knownHosts, alias, node)
  const settings = [
    `IdentityFile=${sshValue(join(directory.secrets, OPERATOR_KEY))}`,
    'IdentitiesOnly=yes',
    `HostKeyAlias=${alias}`,
    `UserKnownHostsFile=${sshValue(knownHosts)}`,
    'StrictHostKeyChecking=yes',
    'ForwardAgent=no',
    'ConnectTimeout=20',
    'ServerAliveInterval=15',
    'LogLevel=ERROR',
  ]
  return ['-F', 'none', ...settings.flatMap(setting => ['-o', setting])]
}

/** For who could not log in: why not, if it is that one comes from elsewhere than the cluster admits. */
export function sshProblem({home, name, signal}: ClusterOptions): Promise<KhwError | undefined> {
  return addressChanged(home, Journal.open(chooseCluster(home, name).path).header, signal, {exit: 255})
}

export interface KubeconfigOptions extends ClusterOptions {
  readonly onNotice: (text: string) => void
}

/**
 * The cluster's kubeconfig, its default context pointing at what answers now: the load balancer, or else a controller. Throws
 * CLUSTER_EXISTS for one that is unfinished, or being destroyed, and has none.
 */
export function kubeconfigPath(options: KubeconfigOptions): Promise<string> {
  return withCluster(options, async ({directory, journal, context}) => {
    try {
      await pointAtWhatAnswers(context)
    } catch (error) {
      if (!isKubernetesDown(error)) throw error
      if (!existsSync(directory.kubeconfig)) {
        refuseWhileDestroyed(journal)
        refuseUnfinished(journal, 'it has a kubeconfig once its control plane is there')
        throw error
      }
      // The file is there all the same, and each controller has a context of its own in it.
      options.onNotice(`No API server answers: the kubeconfig is as it was. See why: khw status ${directory.name}`)
    }
    return directory.kubeconfig
  })
}

async function pointAtWhatAnswers(context: RunContext): Promise<void> {
  const {spec, inventory} = context
  const api = await context.kubernetes(livePublicIps(spec, inventory), 'admin')
  const balancer = hasLoadBalancer(spec) ? await checkLoadBalancer(inventory, api) : undefined
  await pointKubeconfig(context, inventory, balancer?.endpoint ?? (await api.endpoint()))
}

function isKubernetesDown(error: unknown): boolean {
  return error instanceof KhwError && error.code === 'KUBERNETES_API'
}

async function writeKnownHosts(secrets: SecretStore, file: string, alias: string, node: string): Promise<void> {
  const pins = await pinnedHostKeys(secrets, node)
  await writeFileAtomically(file, pins.map(pin => `${alias} ${pin}\n`).join(''), 0o600)
}

/** A file name as ssh_config(5) takes it: blanks need quotes, and `%` begins a token. */
function sshValue(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}
