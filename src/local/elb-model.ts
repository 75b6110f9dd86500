import type {Tagged} from './model.js'

/** What is in the region's Elastic Load Balancing, by ARNs (API Reference, version 2015-12-01). */
export interface ElbState {
  loadBalancers: Record<string, LoadBalancer>
  targetGroups: Record<string, TargetGroup>
  listeners: Record<string, Listener>
}

/** A Network Load Balancer (Elastic Load Balancing API Reference, version 2015-12-01). */
export interface LoadBalancer extends Tagged {
  readonly loadBalancerArn: string
  readonly loadBalancerName: string
  readonly dnsName: string
  readonly createdTime: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  state: 'provisioning' | 'active'
  /** At most one subnet a zone. */
  zones: LoadBalancerZone[]
  /** Empty for one that was made without: it can never have any, and lets everybody in. */
  securityGroups: string[]
  /** By their names in the API: `load_balancing.cross_zone.enabled`. */
  attributes: Record<string, string>
}

export interface LoadBalancerZone {
  readonly availabilityZone: string
  readonly subnetId: string
  readonly networkInterfaceId: string
}

export interface TargetGroup extends Tagged {
  readonly targetGroupArn: string
  readonly targetGroupName: string
  readonly protocol: 'TCP'
  /** Of targets that are registered without one. */
  readonly port: number
  readonly vpcId: string
  readonly targetType: 'instance' | 'ip'
  healthCheck: HealthCheck
  attributes: Record<string, string>
  targets: Target[]
}

export interface HealthCheck {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  /** `traffic-port`, or a number. */
  readonly port: string
  /** Of HTTP and HTTPS. */
  readonly path?: string
  /** Status codes that are well, of HTTP and HTTPS: `200-399`, `200,204`. */
  readonly matcher?: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

export interface Target {
  /** Of an instance, or an address. */
  readonly id: string
  readonly port: number
  /** `all` for an address outside the VPC. */
  readonly availabilityZone?: string
  /** When its registration is through. ISO 8601. */
  readonly checkedFrom: string
  /** Set when it is deregistered: it gets no new connections and is forgotten then. ISO 8601. */
  drainedAt?: string
}

export interface Listener extends Tagged {
  readonly listenerArn: string
  readonly loadBalancerArn: string
  port: number
  readonly protocol: 'TCP'
  targetGroupArn: string
  attributes: Record<string, string>
}
