import {ADDON_NAMES, type AddonName} from '../../cluster/addons.js'
import type {Addon} from './addon.js'
import {coredns} from './coredns.js'
import {metricsServer} from './metrics-server.js'

const ADDONS: Readonly<Record<AddonName, Addon>> = {coredns, 'metrics-server': metricsServer}

export function addonOf(name: AddonName): Addon {
  return ADDONS[name]
}

/** In the order in which they are listed. */
export function allAddons(): readonly Addon[] {
  return ADDON_NAMES.map(addonOf)
}
