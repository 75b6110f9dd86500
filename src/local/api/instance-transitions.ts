import type {Instance, RegionState} from '../model.js'
import {addressOf} from './ec2/interface-association.js'

/** How long EC2 still describes an instance after its end: about an hour. In milliseconds. */
const AFTERLIFE = 3_600_000

/** `stopping` ends here: the public address is free again, unless it is an elastic one. The VPC's id, if there was such an instance. */
export function becomeStopped(state: RegionState, instanceId: string): string | undefined {
  const instance = state.instances[instanceId]
  if (instance?.state !== 'stopping') return undefined
  instance.state = 'stopped'
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  if (nic !== undefined && addressOf(state, nic.networkInterfaceId) === undefined) delete nic.publicIp
  return instance.vpcId
}

/** Removes what is deleted with the instance, and detaches what is not. */
export function releaseResources(state: RegionState, instanceId: string): void {
  for (const nic of Object.values(state.networkInterfaces)) {
    if (nic.attachment?.instanceId !== instanceId) continue
    const {groupIds, publicIp} = nic
    const instance = state.instances[instanceId]
    if (instance !== undefined) instance.formerInterface = {groupIds, ...(publicIp === undefined ? {} : {publicIp})}
    // An elastic address stays with an interface that stays.
    const address = addressOf(state, nic.networkInterfaceId)
    if (address === undefined) delete nic.publicIp
    if (nic.attachment.deleteOnTermination) {
      if (address !== undefined) delete address.association
      Reflect.deleteProperty(state.networkInterfaces, nic.networkInterfaceId)
    } else delete nic.attachment
  }
  for (const volume of Object.values(state.volumes)) {
    if (volume.instanceId !== instanceId) continue
    if (volume.deleteOnTermination) Reflect.deleteProperty(state.volumes, volume.volumeId)
    else delete volume.instanceId
  }
}

/** `shutting-down` ends here. Instances that ended long ago are forgotten on the way. */
export function becomeTerminated(state: RegionState, instanceId: string, now: Date): void {
  const instance = state.instances[instanceId]
  if (instance === undefined) return
  instance.state = 'terminated'
  instance.terminatedAt = now.toISOString()
  delete instance.userData
  // Load balancers forget them by themselves.
  for (const group of Object.values(state.targetGroups))
    if (group.targets.some(({id}) => id === instanceId))
      group.targets = group.targets.filter(({id}) => id !== instanceId)
  for (const other of Object.values(state.instances)) {
    if (!isDescribed(other, now)) Reflect.deleteProperty(state.instances, other.instanceId)
  }
}

/** Whether EC2 would still show it. */
export function isDescribed(instance: Instance, now: Date): boolean {
  return instance.terminatedAt === undefined || now.getTime() - Date.parse(instance.terminatedAt) < AFTERLIFE
}
