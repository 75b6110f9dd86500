import type {Instance, RegionState} from './model.js'

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
  /** Called when a machine ended by itself (`poweroff` inside, or a crash). */
  onMachineExit(listener: (instanceId: string) => void): void
}
