import {KhwError} from '../errors.js'
import type {ClusterSpec} from './spec.js'

/** Every add-on there is; how each is made is in steps/addons/. */
export const ADDON_NAMES = ['coredns', 'metrics-server'] as const
export type AddonName = (typeof ADDON_NAMES)[number]

/** An add-on of a cluster. */
export interface ClusterAddon {
  readonly name: AddonName
  /** A reference that the nodes can pull, or have; absent: the one that goes with the release. */
  readonly image?: string
}

/** What a cluster gets unless told otherwise, where its image can be had. */
export const DEFAULT_ADDONS: readonly ClusterAddon[] = [{name: 'coredns'}]

/** The add-ons of a cluster. */
export function addonsOf({addons}: Pick<ClusterSpec, 'addons'>): readonly ClusterAddon[] {
  return addons ?? DEFAULT_ADDONS
}

/** In the order of ADDON_NAMES, so that the same request gives the same spec however it was typed. */
export function sortedAddons(addons: readonly ClusterAddon[]): readonly ClusterAddon[] {
  return ADDON_NAMES.flatMap(name => addons.find(addon => addon.name === name) ?? [])
}

/** `metrics-server` or `metrics-server=registry.example/metrics-server:v0.8.1`. Throws USAGE. */
export function parseAddon(text: string): ClusterAddon {
  const [name = '', ...rest] = text.split('=')
  const image = rest.join('=')
  const known = addonName(name)
  if (rest.length === 0) return {name: known}
  if (/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(image))
    return {name: known, image}
  throw new KhwError(
    'USAGE',
    `"${image}" cannot be the image of ${known}: it is no reference to a container image.`,
    [`It looks like ${known}=registry.example/${known}:v1.2.3`],
    {exit: 2},
  )
}

/** Throws USAGE with the list. */
export function addonName(text: string): AddonName {
  if (isAddonName(text)) return text
  throw new KhwError('USAGE', `There is no add-on "${text}".`, [`Choose one of: ${ADDON_NAMES.join(', ')}`], {exit: 2})
}

export function isAddonName(text: string): text is AddonName {
  return (ADDON_NAMES as readonly string[]).includes(text)
}
