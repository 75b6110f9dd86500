import {
  controllersOf,
  kubernetesServiceIp,
  placed,
  workersOf,
  type ClusterNode,
  type NodeAddresses,
  type PlacedNode,
  type Role,
} from '../cluster/addressing.js'
import {hasLoadBalancer, type ClusterSpec} from '../cluster/spec.js'
import type {Statement, SubjectNames, Usage} from './x509.js'

/**
 * Every certificate of a cluster: this table is the PKI. It follows Kubernetes' "PKI certificates and requirements"
 * (https://kubernetes.io/docs/setup/best-practices/certificates/), with one certificate for each task and the usages
 * of that task alone.
 */
export type AuthorityName = 'kubernetes' | 'etcd' | 'front-proxy'

/** One for the whole cluster. */
export type ClusterLeaf =
  | 'apiserver-kubelet-client'
  | 'apiserver-etcd-client'
  | 'front-proxy-client'
  | 'etcd-healthcheck-client'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kube-proxy'
  | 'haproxy'
  | 'health'
  | 'admin'
  | 'super-admin'

/** One for each controller or each worker. */
export type NodeLeaf = 'apiserver' | 'etcd-server' | 'etcd-peer' | 'kubelet-client' | 'kubelet-server'

export type LeafName = ClusterLeaf | NodeLeaf

/** User names that RBAC knows: the binding and the certificate must say the same. */
export const KUBELET_CLIENT_USER = 'kube-apiserver-kubelet-client'
export const ADMIN_GROUP = 'khw:cluster-admins'
export const NODE_GROUP = 'system:nodes'

/** By what people outside know the API servers. */
export interface ApiNames extends NodeAddresses {
  /** DNS name of the load balancer, if there is one. */
  readonly loadBalancer?: string
}

export interface Addresses extends ApiNames {
  readonly spec: ClusterSpec
}

interface Row {
  readonly authority: AuthorityName
  readonly usages: readonly Usage[]
  /** Whose machine holds it; `operator`: it never leaves the machine khw runs on. */
  readonly holder: Role | 'operator'
}

interface ClusterRow extends Row {
  readonly commonName: string
  /** Left out: every cluster has it. */
  readonly onlyIf?: (spec: ClusterSpec) => boolean
  readonly organization?: string
}

interface NodeRow extends Row {
  readonly holder: Role
  readonly commonName: (node: ClusterNode) => string
  readonly organization?: string
  readonly names?: (node: PlacedNode, addresses: Addresses) => SubjectNames
}

const CLIENT = ['client'] as const
const SERVER = ['server'] as const
/** An etcd member dials its peers and its own gateway with the certificate it serves with. */
const BOTH = ['server', 'client'] as const

// prettier-ignore
const CLUSTER_LEAVES: Readonly<Record<ClusterLeaf, ClusterRow>> = {
  'apiserver-kubelet-client': {authority: 'kubernetes', usages: CLIENT, holder: 'controller', commonName: KUBELET_CLIENT_USER},
  'apiserver-etcd-client': {authority: 'etcd', usages: CLIENT, holder: 'controller', commonName: 'kube-apiserver-etcd-client'},
  'front-proxy-client': {authority: 'front-proxy', usages: CLIENT, holder: 'controller', commonName: 'front-proxy-client'},
  'etcd-healthcheck-client': {authority: 'etcd', usages: CLIENT, holder: 'controller', commonName: 'kube-etcd-healthcheck-client'},
  'kube-controller-manager': {authority: 'kubernetes', usages: CLIENT, holder: 'controller', commonName: 'system:kube-controller-manager'},
  'kube-scheduler': {authority: 'kubernetes', usages: CLIENT, holder: 'controller', commonName: 'system:kube-scheduler'},
  'kube-proxy': {authority: 'kubernetes', usages: CLIENT, holder: 'worker', commonName: 'system:kube-proxy', organization: 'system:node-proxier'},
  haproxy: {authority: 'kubernetes', usages: CLIENT, holder: 'worker', commonName: 'khw-haproxy'},
  health: {authority: 'kubernetes', usages: CLIENT, holder: 'controller', commonName: 'khw-health', onlyIf: hasLoadBalancer},
  admin: {authority: 'kubernetes', usages: CLIENT, holder: 'controller', commonName: 'khw-admin', organization: ADMIN_GROUP},
  'super-admin': {authority: 'kubernetes', usages: CLIENT, holder: 'operator', commonName: 'khw-super-admin', organization: 'system:masters'},
}

// prettier-ignore
const NODE_LEAVES: Readonly<Record<NodeLeaf, NodeRow>> = {
  apiserver: {authority: 'kubernetes', usages: SERVER, holder: 'controller', commonName: () => 'kube-apiserver', names: apiServerNames},
  'etcd-server': {authority: 'etcd', usages: BOTH, holder: 'controller', commonName: nameOf, names: etcdNames},
  'etcd-peer': {authority: 'etcd', usages: BOTH, holder: 'controller', commonName: nameOf, names: etcdNames},
  'kubelet-client': {authority: 'kubernetes', usages: CLIENT, holder: 'worker', commonName: nodeUser, organization: NODE_GROUP},
  'kubelet-server': {authority: 'kubernetes', usages: SERVER, holder: 'worker', commonName: nodeUser, organization: NODE_GROUP, names: nodeNames},
}

/** One certificate to be: where it is kept, who signs it and what it says. */
export interface Leaf extends Statement {
  readonly name: LeafName
  /** Only with a NodeLeaf. */
  readonly node?: string
  readonly authority: AuthorityName
  readonly holder: Role | 'operator'
}

/** The table, written out for one cluster. */
export function leavesOf(addresses: Addresses): readonly Leaf[] {
  const spec = placed(addresses.spec, addresses)
  const nodes: Readonly<Record<Role, readonly PlacedNode[]>> = {
    controller: controllersOf(spec),
    worker: workersOf(spec),
  }
  return [
    ...entriesOf(CLUSTER_LEAVES)
      .filter(([, row]) => row.onlyIf?.(spec) !== false)
      .map(([name, row]) => clusterLeaf(name, row)),
    ...entriesOf(NODE_LEAVES).flatMap(([name, row]) =>
      nodes[row.holder].map(node => nodeLeaf(name, row, node, addresses)),
    ),
  ]
}

/** The names of the leaves whose keys a machine of the role holds. */
export function leavesHeldBy(role: Role): readonly LeafName[] {
  const rows: readonly [LeafName, Row][] = [...entriesOf(CLUSTER_LEAVES), ...entriesOf(NODE_LEAVES)]
  return rows.filter(([, row]) => row.holder === role).map(([name]) => name)
}

function clusterLeaf(name: ClusterLeaf, row: ClusterRow): Leaf {
  return {...identityOf(name, row, row.commonName), names: NO_NAMES}
}

function nodeLeaf(name: NodeLeaf, row: NodeRow, node: PlacedNode, addresses: Addresses): Leaf {
  return {
    ...identityOf(name, row, row.commonName(node)),
    node: node.name,
    names: row.names?.(node, addresses) ?? NO_NAMES,
  }
}

function identityOf(
  name: LeafName,
  row: Row & {readonly organization?: string},
  commonName: string,
): Omit<Leaf, 'names'> {
  const {authority, usages, holder, organization} = row
  return {name, authority, usages, holder, subject: {commonName, ...(organization === undefined ? {} : {organization})}}
}

const NO_NAMES: SubjectNames = {dns: [], ips: []}

/**
 * How pods, controllers, workers and people reach one API server: its Service, loopback, its machine, the load balancer.
 * The names of other controllers are not in it: one that is replaced must not make the others restart.
 */
function apiServerNames(node: PlacedNode, {spec, publicIps, loadBalancer}: Addresses): SubjectNames {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  const publicIp = publicIps[node.name]
  return {
    dns: [...service, 'localhost', node.name, ...(loadBalancer === undefined ? [] : [loadBalancer])],
    ips: [kubernetesServiceIp(spec), '127.0.0.1', node.privateIp, ...(publicIp === undefined ? [] : [publicIp])],
  }
}

function etcdNames(node: PlacedNode): SubjectNames {
  return {dns: [node.name, 'localhost'], ips: [node.privateIp, '127.0.0.1']}
}

function nodeNames(node: PlacedNode): SubjectNames {
  return {dns: [node.name], ips: [node.privateIp]}
}

function nameOf(node: ClusterNode): string {
  return node.name
}

/** The user name the Node authorizer gives a kubelet its rights by. */
function nodeUser(node: ClusterNode): string {
  return `system:node:${node.name}`
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][]
}
