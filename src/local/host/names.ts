import {createHash} from 'node:crypto'
import {realpathSync} from 'node:fs'

/**
 * Names of everything a region makes on its host. Each begins with the region's prefix, which follows from its
 * directory: two regions on one host never meet, and `reset` can prove that nothing of this one is left.
 */
export interface RegionNames {
  /** `khw` and five hex digits; short because Linux allows 15 characters for the name of a link. */
  readonly prefix: string
  /** Network namespace that is the VPC's router. */
  vpcNamespace(vpcId: string): string
  /** Network namespace of an instance. */
  instanceNamespace(instanceId: string): string
  /** Network namespace of a load balancer, by its ARN. */
  loadBalancerNamespace(arn: string): string
  /** Link in the host's namespace that leads to the VPC's router. */
  uplink(vpcSlot: number): string
  /** Cgroup of a machine, below each controller's root; and its name for systemd-nspawn. */
  machine(instanceId: string): string
  /** nftables table in the host's namespace. */
  readonly hostTable: string
}

/** `directory`: the region's state directory, which must exist. */
export function regionNames(directory: string): RegionNames {
  const prefix = `khw${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 5)}`
  const tail = (id: string): string => id.replace(/^[a-z]+-/, '').slice(-10)
  return {
    prefix,
    vpcNamespace: id => `${prefix}-vpc-${tail(id)}`,
    instanceNamespace: id => `${prefix}-i-${tail(id)}`,
    loadBalancerNamespace: arn => `${prefix}-lb-${arn.slice(-16)}`,
    uplink: slot => `${prefix}-up${slot}`,
    machine: id => `${prefix}-i-${tail(id)}`,
    hostTable: prefix,
  }
}
