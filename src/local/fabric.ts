import type {Target} from './elb-model.js'
import type {Instance, RegionState} from './model.js'

/**
 * What health checks have found out; `initial` until they know. `unhealthy.draining`: unhealthy, and given time for the
 * connections that it has.
 */
export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'unhealthy.draining'

/**
 * Makes the host agree with the region's state: packets (vpc/) and machines (machines/). The API knows no more of the
 * host than this. Every method is idempotent: it may be called again after a crash of the daemon.
 */
export interface Fabric {
  /** Converges namespaces, links, routes and packet filters of one VPC (or removes them, if the state has it no more). */
  syncVpc(state: RegionState, vpcId: string): Promise<void>
  /** Boots the instance's machine; its interface is in place once the VPC was synchronised. Resolves when its init runs. */
  startMachine(state: RegionState, instance: Instance): Promise<void>
  /** Asks the machine to shut down (`force`: kills it) and resolves when none of its processes is left. */
  stopMachine(instanceId: string, options: {force: boolean}): Promise<void>
  rebootMachine(instanceId: string): Promise<void>
  /** Removes the machine's disks, namespace and cgroups; stops it first where needed. */
  removeMachine(instanceId: string): Promise<void>
  /** The last 64 KiB of the machine's console. */
  consoleOutput(instanceId: string): Promise<string>
  /** What a load balancer's own checks say of a target that it sends traffic to. */
  targetHealth(loadBalancerArn: string, targetGroupArn: string, target: Target): Promise<TargetHealth>
  /** Called when a machine ended by itself (`poweroff` inside, or a crash). */
  onMachineExit(listener: (instanceId: string) => void): void
}
