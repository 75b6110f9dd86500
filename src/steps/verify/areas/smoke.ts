import type {Verdict} from '../../../benchmark/check.js'
import {controllersOf, workersOf, type ClusterNode} from '../../../cluster/addressing.js'
import type {Check} from '../../../cluster/report.js'
import {messageOf} from '../../../errors.js'
import type {KubernetesApi} from '../../../kubernetes/api.js'
import {PORT} from '../../../kubernetes/check-manifests.js'
import {networkCheck, workersReady} from '../../../kubernetes/checks.js'
import {policyCheck} from '../../../kubernetes/policy-check.js'
import {GREETING} from '../../../kubernetes/workload-manifests.js'
import {withWorkload, type Workload} from '../../../kubernetes/workload.js'
import type {RemoteNode} from '../../../ssh/remote-node.js'
import {askNodePortCommand, parseUses, usePodCommand} from '../../../templates/kubectl-checks.js'
import {instanceOfNode, livePublicIps} from '../../compute/node-instance.js'
import {untilAborted} from '../../engine/within.js'
import {asRoot} from '../../node/root-shell.js'
import {secretIsEncryptedAtRest} from '../secret-at-rest.js'
import {addonVerdicts, hasDns} from './addons.js'
import {machinesCure} from '../cures.js'
import {connectTo, type Area, type AreaInput} from './area.js'
import {UNITS, unitVerdicts} from './units.js'
import {withMachines} from './workers.js'

const TITLES: Readonly<Record<string, string>> = {
  workers: 'Every worker is Ready',
  units: UNITS,
  'encrypted-secret': 'A secret cannot be read in etcd',
  pods: 'A pod runs on each worker',
  'pod-logs': 'The API server reads logs from each kubelet',
  'pod-network': 'Pods reach each other across nodes',
  service: 'Pods reach a Service',
  deployment: 'A Deployment runs',
  logs: 'kubectl logs',
  exec: 'kubectl exec',
  'port-forward': 'kubectl port-forward',
  'node-port': 'A node port answers on each worker',
  'network-policies': 'Network policies are enforced',
  'policy-pods': 'Pods for a network policy run',
  'policy-denial': 'A network policy keeps pods out',
  'policy-allowance': 'A network policy lets pods in',
  addons: 'The add-ons can be looked at',
  dns: 'A pod resolves a name of the cluster',
}

const API_NAME = 'kubernetes.default.svc.cluster.local'

/** What the hard way's own smoke test looks at, and pods across nodes. */
export const SMOKE: Area = {
  title: 'Use it',
  limit: 120_000,

  async look(input) {
    const {spec, inventory, artifacts, kubernetes} = input.context
    const {signal, progress} = input
    const api = await kubernetes(livePublicIps(spec, inventory), 'admin')
    const workers = workersOf(spec).map(({name}) => name)
    const image = artifacts.images.check
    const replicas = Math.min(2, workers.length)
    const dns = hasDns(input.context)
    const parts = await Promise.all([
      caught('workers', async () => [workersVerdict(await workersReady(api, workers), input.context)]),
      caught('units', () => unitVerdicts(input)),
      caught('encrypted-secret', () => encryptedSecret(input, api)),
      caught('pods', async () =>
        (await networkCheck({api, workers, image, signal, onProgress: progress})).map(verdict),
      ),
      caught('network-policies', () => policyVerdicts(input, api)),
      caught('addons', () => addonVerdicts(input.context, api)),
      caught('deployment', async () => {
        const used = (workload: Workload): Promise<readonly Check[]> => useWorkload(input, workload, dns)
        const checks = await withWorkload({api, replicas, image, signal}, used)
        return checks.map(verdict)
      }),
    ])
    return [...parts.flat(), ...(dns ? [] : [NO_DNS])]
  },
}

const NO_DNS: Verdict = {
  id: 'dns',
  title: TITLES['dns'] ?? '',
  state: 'NOT-APPLICABLE',
  found: 'CoreDNS is not among its add-ons',
}

/** An engine fails open: that it runs is not enough. */
export async function policyVerdicts(
  {context: {spec, artifacts}, signal, progress}: Pick<AreaInput, 'context' | 'signal' | 'progress'>,
  api: KubernetesApi,
): Promise<readonly Verdict[]> {
  if (spec.cni === undefined) return []
  const workers = workersOf(spec).map(({name}) => name)
  const checks = await policyCheck({api, workers, image: artifacts.images.check, signal, onProgress: progress})
  return checks.map(verdict)
}

async function encryptedSecret(input: AreaInput, api: KubernetesApi): Promise<readonly Verdict[]> {
  const {context, signal} = input
  const connected = await anyOf(input, controllersOf(context.spec))
  const controller = (): Promise<RemoteNode> => Promise.resolve(connected)
  const ok = await secretIsEncryptedAtRest({api, controller, artifacts: context.artifacts, signal})
  const detail = `a secret written by the API is ${ok ? 'encrypted' : 'NOT encrypted'} in etcd on ${connected.name}`
  return [verdict({name: 'encrypted-secret', ok, detail})]
}

async function useWorkload(input: AreaInput, workload: Workload, dns: boolean): Promise<readonly Check[]> {
  const {context, signal} = input
  const {spec, artifacts, inventory} = context
  const {namespace, pod, nodePort} = workload
  const lookUp = dns ? API_NAME : undefined
  const byKubectl = async (): Promise<readonly Check[]> => {
    const ssh = await anyOf(input, controllersOf(spec))
    const command = usePodCommand(artifacts, {namespace, name: pod, port: PORT, greeting: GREETING, lookUp})
    return parseUses(['logs', 'exec', 'port-forward', ...(dns ? ['dns'] : [])], await asRoot(ssh, command, {signal}))
  }
  const byNodePort = async (): Promise<Check> => {
    const ssh = await anyOf(input, workersOf(spec))
    const names = new Map(
      workersOf(spec).map(({name}) => [instanceOfNode(inventory, name)?.PrivateIpAddress ?? name, name]),
    )
    const command = askNodePortCommand([...names.keys()], nodePort)
    const asked = parseUses([...names.keys()], await asRoot(ssh, command, {signal}))
    const wrong = asked.filter(({ok}) => !ok)
    const detail = wrong.map(({name, detail: why}) => `${names.get(name) ?? name}: ${why}`).join('; ')
    const from = `port ${nodePort}, asked by ${ssh.name}`
    return {name: 'node-port', ok: wrong.length === 0, detail: detail === '' ? from : `${from}; ${detail}`}
  }
  const failed =
    (...names: readonly string[]) =>
    (error: unknown): readonly Check[] => {
      signal.throwIfAborted()
      return names.map(name => ({name, ok: false, detail: messageOf(error)}))
    }
  const [used, asked] = await Promise.all([
    byKubectl().catch(failed('logs', 'exec', 'port-forward', ...(dns ? ['dns'] : []))),
    byNodePort().then(check => [check], failed('node-port')),
  ])
  return [...used, ...asked]
}

/** The first of them that lets us in. */
async function anyOf(input: AreaInput, nodes: readonly ClusterNode[]): Promise<RemoteNode> {
  try {
    return await untilAborted(input.signal, () => Promise.any(nodes.map(node => connectTo(input, node))))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  }
}

/** What could not be looked at has failed. */
async function caught(id: string, work: () => Promise<readonly Verdict[]>): Promise<readonly Verdict[]> {
  try {
    return await work()
  } catch (error) {
    return [{id, title: TITLES[id] ?? id, state: 'FAIL', found: messageOf(error)}]
  }
}

function workersVerdict(ready: Check, context: AreaInput['context']): Verdict {
  const checked = withMachines(ready, context)
  return {...verdict(checked), ...(checked !== ready && {cure: machinesCure(context)})}
}

function verdict({name, ok, detail}: Check): Verdict {
  return {id: name, title: TITLES[name] ?? name, state: ok ? 'PASS' : 'FAIL', found: detail}
}
