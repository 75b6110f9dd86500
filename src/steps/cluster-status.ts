import type {Instance} from '@aws-sdk/client-ec2'
import type {Inventory} from '../aws/inventory.js'
import {nodesOf, plannedIp, type ClusterNode} from '../cluster/addressing.js'
import type {Check, ClusterReport, NodeReport} from '../cluster/report.js'
import {hasLoadBalancer, type ClusterSpec} from '../cluster/spec.js'
import {messageOf} from '../errors.js'
import type {LockOwner} from '../lock-owner.js'
import type {KubernetesApi} from '../kubernetes/api.js'
import {conditionOf, type NodeObject} from '../kubernetes/objects.js'
import {checkEngine} from './addons/policy-engine.js'
import {certificateExpiry} from './certificates/ended.js'
import {instanceOfNode, livePublicIps} from './compute/node-instance.js'
import {pointKubeconfig} from './control-plane/operator-kubeconfig.js'
import {costSoFar} from './cost/cost-so-far.js'
import {createPlan} from './create-plan.js'
import type {RunContext} from './engine/context.js'
import type {Journal} from './engine/journal.js'
import {whoIsAtWork} from './engine/lock.js'
import {rotationReports} from './keys/rotation.js'
import {checkLoadBalancer} from './load-balancer/check.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import {addressChanged} from './operator/address-changed.js'
import {API_PORT} from './operator/operator-api.js'

/** What a cluster is like now, asked of AWS and of its own API. Changes nothing of it, but points the kubeconfig at what answers. */
export function clusterStatus(options: ClusterOptions): Promise<ClusterReport> {
  return withCluster(options, async ({directory, journal, context}) => {
    const report = {
      ...(await reportOf(journal, context, context.inventory)),
      ...workOn(journal, whoIsAtWork(directory.path)),
    }
    await keepKubeconfig(journal, context, context.inventory, report)
    // Who reaches the API is let in.
    if (
      report.checks.some(({name, ok}) => name === API_CHECK && ok) ||
      report.nodes.every(node => node.publicIp === null)
    )
      return report
    const error = await addressChanged(options.home, journal.header, options.signal)
    if (!error) return report
    const [todo] = error.suggestions
    const access: Check = {name: 'access', ok: false, detail: `${error.message} ${todo}`}
    return {...report, checks: [...report.checks, access]}
  })
}

/** How far a create has come, and who is at work: on a cluster that is there, too, as a renewal is. */
export function workOn(
  {header, complete, intent, steps}: Pick<Journal, 'header' | 'complete' | 'intent' | 'steps'>,
  owner: LockOwner | undefined,
): Pick<ClusterReport, 'progress' | 'by'> {
  const by = owner && {command: owner.command, pid: owner.pid, host: owner.host, since: owner.since}
  if (complete || intent === 'destroy') return by ? {by} : {}
  const all = createPlan(header.spec).steps.map(({id}) => id)
  return {
    progress: {
      done: all.filter(id => steps[id]?.status === 'done').length,
      total: all.length,
      begun: all.filter(id => steps[id] !== undefined && steps[id].status !== 'done'),
      by: by ?? null,
    },
  }
}

/** Once the load balancer is healthy it is the default of a finished cluster's kubeconfig; until then, and should it fail, a controller is. */
export async function keepKubeconfig(
  {header, complete, intent}: Journal,
  context: RunContext,
  inventory: Inventory,
  {endpoint}: ClusterReport,
): Promise<void> {
  if (!complete || intent === 'destroy' || endpoint === null || !hasLoadBalancer(header.spec)) return
  await pointKubeconfig(context, inventory, endpoint)
}

/** Of what there is, asking the API afresh. */
export async function reportOf(journal: Journal, context: RunContext, inventory: Inventory): Promise<ClusterReport> {
  const {spec, clusterId} = journal.header
  const placed = nodesOf(spec).map(node => ({node, instance: instanceOfNode(inventory, node.name)}))
  const publicIps = livePublicIps(spec, inventory)
  const {api, objects, check} = await askApi(context, publicIps)
  const nodes = await Promise.all(
    placed.map(async ({node, instance}) => {
      const service =
        node.role === 'controller' ? await apiCheck(api, publicIps[node.name]) : kubeletCheck(objects, node, check.ok)
      return nodeReport(spec, node, instance, service)
    }),
  )
  const answers = nodes.every(node => node.ready) && check.ok
  const live = nodes.filter(node => node.role === 'controller' && node.ready)
  const balancer = hasLoadBalancer(spec) ? await checkLoadBalancer(inventory, api) : undefined
  const engine = spec.cni && (await checkEngine(spec.cni, context, check.ok ? api : undefined))
  const controller = live[0]?.publicIp
  const rotations = await rotationReports(journal, context.secrets)
  return {
    name: spec.name,
    id: clusterId,
    provider: spec.provider,
    region: spec.region,
    ...standingOf(journal, answers),
    kubernetes: spec.kubernetesVersion,
    ...(spec.securityProfile && {securityProfile: spec.securityProfile}),
    endpoint: balancer?.endpoint ?? (controller ? `https://${controller}:${API_PORT}` : null),
    tolerates: Math.max(0, live.length - (Math.floor(spec.controllers / 2) + 1)),
    nodes,
    checks: [check, ...(balancer === undefined ? [] : [balancer.check]), ...(engine === undefined ? [] : [engine])],
    network: {cni: spec.cni ?? 'bridge', policiesEnforced: engine?.ok === true},
    certificates: {earliestExpiry: certificateExpiry(journal), ...(journal.renewing && {renewing: true})},
    ...(rotations.length > 0 && {rotating: rotations}),
    cost: costSoFar(journal, inventory, context.clock.now()),
    expiresAt: journal.header.expiresAt ?? null,
  }
}

/** One that is still being made, or taken down, is not ready, however many of its nodes are. `answers`: all of them are. */
export function standingOf(
  {complete, intent}: Pick<Journal, 'complete' | 'intent'>,
  answers: boolean,
): Pick<ClusterReport, 'phase' | 'ready'> {
  const phase = intent === 'destroy' ? 'destroying' : !complete ? 'creating' : answers ? 'ready' : 'degraded'
  return {phase, ready: phase === 'ready'}
}

function nodeReport(spec: ClusterSpec, node: ClusterNode, instance: Instance | undefined, service: Check): NodeReport {
  const state = instance?.State?.Name ?? 'missing'
  const machine = {name: 'machine', ok: state === 'running', detail: instance?.StateReason?.Message ?? state}
  return {
    name: node.name,
    role: node.role,
    instanceId: instance?.InstanceId ?? null,
    zone: instance?.Placement?.AvailabilityZone ?? null,
    privateIp: instance?.PrivateIpAddress ?? plannedIp(spec, node) ?? null,
    publicIp: instance?.PublicIpAddress ?? null,
    state,
    ready: machine.ok && service.ok,
    checks: [machine, service],
  }
}

const API_CHECK = 'api'

interface ApiAnswer {
  /** Undefined before the cluster has certificates. */
  readonly api?: KubernetesApi
  readonly objects: readonly NodeObject[]
  readonly check: Check
}

async function askApi(context: RunContext, publicIps: Readonly<Record<string, string>>): Promise<ApiAnswer> {
  let api: KubernetesApi | undefined
  try {
    api = await context.kubernetes(publicIps, 'admin')
    const objects = await api.nodes()
    return {api, objects, check: {name: API_CHECK, ok: true, detail: `answers at ${await api.endpoint()}`}}
  } catch (error) {
    return {...(api ? {api} : {}), objects: [], check: {name: API_CHECK, ok: false, detail: messageOf(error)}}
  }
}

async function apiCheck(api: KubernetesApi | undefined, publicIp: string | undefined): Promise<Check> {
  if (!api) return {name: 'kube-apiserver', ok: false, detail: 'is not set up yet'}
  if (publicIp === undefined) return {name: 'kube-apiserver', ok: false, detail: 'has no public address'}
  const {ready, detail} = await api.readiness(`https://${publicIp}:${API_PORT}`)
  return {name: 'kube-apiserver', ok: ready, detail}
}

function kubeletCheck(objects: readonly NodeObject[], node: ClusterNode, asked: boolean): Check {
  if (!asked) return {name: 'kubelet', ok: false, detail: 'is not known, as the API does not answer'}
  const object = objects.find(o => o.metadata.name === node.name)
  const condition = object && conditionOf(object, 'Ready')
  return {
    name: 'kubelet',
    ok: condition?.status === 'True',
    detail: object === undefined ? 'has not joined' : (condition?.message ?? 'has not reported yet'),
  }
}
