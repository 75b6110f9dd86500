import {KernelSettings} from '../host/kernel-settings.js'
import {findCgroups, type CgroupHost} from './cgroups.js'

/** Of a region by its prefix; others are at work as long as they have machines. */
export function hostSettings(prefix: string, cgroups: CgroupHost): KernelSettings {
  return new KernelSettings({prefix, isAlive: other => findCgroups(cgroups, other).length > 0})
}
