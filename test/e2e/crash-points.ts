import type {CommandKind} from '../resume/crash/command-kind.mjs'

/** A place where khw is killed; see test/resume/crash/hooks.mjs, which knows the names. */
export interface CrashPoint {
  readonly id: string
  /** Empty: it belongs to none. */
  readonly step: string
  /** An EC2 action that the region does and does not answer: the process is killed when the connection drops. */
  readonly dropped?: string
}

/**
 * One run of `create` is killed at each of these, in this order, on one cluster. Whatever steps belong to later points are
 * held back in the runs before. So no point may stand before one that its step needs, and where a step only writes the
 * journal, which cannot be held back, something that it needs must be killed just before.
 */
export const CREATE_POINTS: readonly CrashPoint[] = [
  // network and access
  call('CreateVpc', 'network/vpc', 'committed'),
  call('CreateSubnet', 'network/subnet/2', 'answered'),
  call('AuthorizeSecurityGroupIngress', 'network/security-group-rules/controller', 'answered', 'icmp-3-path-mtu'),
  call('ImportKeyPair', 'access/key-pair', 'sent'),
  // compute
  call('RunInstances', 'compute/instance/controller-2', 'sent'),
  call('RunInstances', 'compute/instance/worker-3', 'committed'),
  call('RunInstances', 'compute/instance/worker-1', 'answered'),
  journal('access/certificates', 'before'),
  call('ModifyInstanceAttribute', 'compute/source-dest-check/worker-1', 'answered'),
  // node
  remote('node/connect/controller-1', 'draw-host-key', 'after'),
  remote('node/connect/worker-2', 'install-host-key', 'before'),
  remote('node/connect/controller-3', 'install-host-key', 'after'),
  remote('node/fetch/controller-2', 'wait-for-fetch', 'before'),
  remote('node/fetch/worker-1', 'wait-for-fetch', 'after'),
  remote('etcd/membership/controller-3', 'etcd-began', 'after'),
  remote('node/configure/worker-2', 'apply', 'after'),
  remote('node/configure/controller-1', 'apply', 'after'),
  remote('node/configure/controller-3', 'apply', 'before'),
  // etcd, control plane, workers
  journal('control-plane/first-api', 'before'),
  journal('control-plane/rbac', 'after'),
  journal('worker/ready', 'before'),
  remote('etcd/quorum/controller-2', 'etcd-health', 'after'),
  // verify and routing
  remote('verify/secrets', 'read-etcd-key', 'after', 'controller-1'),
  call('CreateRoute', 'routing/pod-route/worker-3', 'answered'),
  {id: 'create/journal/setComplete-true/before', step: ''},
]

/** The same for `destroy`, which has no steps: calls are named by what made the thing they are about. */
export const DESTROY_POINTS: readonly CrashPoint[] = [
  {id: 'destroy/TerminateInstances/all/answered', step: ''},
  {id: 'destroy/DeleteSubnet/network/subnet/2/sent', step: ''},
  {id: 'destroy/DeleteVpc/network/vpc/committed', step: '', dropped: 'DeleteVpc'},
]

function call(action: string, step: string, when: 'sent' | 'committed' | 'answered', label?: string): CrashPoint {
  const id = ['create', action, step, ...(label === undefined ? [] : [label]), when].join('/')
  return {id, step, ...(when === 'committed' && {dropped: action})}
}

function remote(step: string, kind: CommandKind, when: 'before' | 'after', on?: string): CrashPoint {
  return {id: `create/ssh/${step}/${kind}${on === undefined ? '' : `-on-${on}`}/${when}`, step}
}

function journal(step: string, when: 'before' | 'after'): CrashPoint {
  return {id: `create/journal/${step}/done/${when}`, step}
}
