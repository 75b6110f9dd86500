import {isPrivate, type Role} from '../../cluster/addressing.js'
import {hasLoadBalancer, type ClusterSpec} from '../../cluster/spec.js'
import {READYZ_PORT} from '../../templates/readyz.js'

/** Who has a security group of its own. */
export type GroupName = Role | 'load-balancer'

/** Who may reach whom, and why. A group as peer means the private addresses of its members, never their pods'. */
export interface IngressRule {
  readonly target: GroupName
  readonly from: {readonly group: GroupName} | {readonly cidr: string}
  /** `-1`: everything. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | '-1'
  /** First and last port; for icmp type and code. Left out with protocol `-1`. */
  readonly ports?: readonly [number, number]
  readonly why: string
  /** Present where it lets people in from outside: who they are can change. */
  readonly operator?: true
}

/** Every rule of all groups. Nothing is open to the world: `operatorCidrs` are the ranges that khw and its user come from. */
export function ingressRules(spec: ClusterSpec, operatorCidrs: readonly string[]): readonly IngressRule[] {
  const fromOutside = (target: GroupName, port: number, why: string): IngressRule[] =>
    operatorCidrs.map(cidr => ({target, from: {cidr}, protocol: 'tcp', ports: [port, port], why, operator: true}))
  const pods = {cidr: spec.network.podCidr}
  const controllers = {group: 'controller'} as const
  const workers = {group: 'worker'} as const
  return [
    ...fromOutside('controller', 22, 'SSH for khw and its user'),
    ...fromOutside('controller', 6443, 'kubectl to the API'),
    {target: 'controller', from: controllers, protocol: 'tcp', ports: [6443, 6443], why: 'API between controllers'},
    {target: 'controller', from: controllers, protocol: 'tcp', ports: [2379, 2380], why: 'etcd clients and peers'},
    {
      target: 'controller',
      from: workers,
      protocol: 'tcp',
      ports: [6443, 6443],
      why: 'kubelet and kube-proxy to the API',
    },
    {target: 'controller', from: pods, protocol: 'tcp', ports: [6443, 6443], why: 'pods to the API'},
    {target: 'controller', from: workers, protocol: 'icmp', ports: [3, 4], why: 'path MTU'},
    ...(isPrivate(spec, 'worker')
      ? [
          {
            target: 'worker',
            from: controllers,
            protocol: 'tcp',
            ports: [22, 22],
            why: 'SSH through a controller',
          } as const,
        ]
      : fromOutside('worker', 22, 'SSH for khw and its user')),
    {target: 'worker', from: controllers, protocol: 'tcp', ports: [10250, 10250], why: 'API to kubelet: logs, exec'},
    ...[443, 4443, 8443, 9443].map(
      port =>
        ({
          target: 'worker',
          from: controllers,
          protocol: 'tcp',
          ports: [port, port],
          why: 'API to webhook pods',
        }) as const,
    ),
    {target: 'worker', from: pods, protocol: '-1', why: 'pods to pods of other workers, by their own addresses'},
    {target: 'worker', from: workers, protocol: '-1', why: 'nodes to pods and node ports of other workers'},
    {target: 'worker', from: controllers, protocol: 'icmp', ports: [3, 4], why: 'path MTU'},
    ...(hasLoadBalancer(spec) ? loadBalancerRules(fromOutside) : []),
  ]
}

/** Its group alone, as it hands connections on from its own addresses. */
function loadBalancerRules(
  fromOutside: (target: GroupName, port: number, why: string) => readonly IngressRule[],
): IngressRule[] {
  const toController = {target: 'controller', from: {group: 'load-balancer'}, protocol: 'tcp'} as const
  return [
    ...fromOutside('load-balancer', 6443, 'kubectl to the API'),
    {...toController, ports: [6443, 6443], why: 'load balancer to the API'},
    {...toController, ports: [READYZ_PORT, READYZ_PORT], why: 'health checks of the load balancer'},
  ]
}
