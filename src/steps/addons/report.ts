import {addonsOf, DEFAULT_ADDONS, type AddonName} from '../../cluster/addons.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {RunContext} from '../engine/context.js'
import type {Addon} from './addon.js'
import {imageOf, whyMissing} from './image.js'
import {addonOf} from './registry.js'
import {addonState, type AddonState} from './state.js'

export interface AddonReport {
  readonly name: AddonName
  readonly title: string
  readonly purpose: string
  /** `unavailable`: not installed, and its image cannot be had. */
  readonly state: AddonState['state'] | 'unavailable'
  /** A clause: what was found. */
  readonly detail: string
  /** What it runs from, or would; null where no image can be had. */
  readonly image: string | null
  /** Whether the cluster is to have it, by its record; of a new one, whether it gets it unless told otherwise. */
  readonly wanted: boolean
}

/** How an add-on is with a cluster. */
export async function reportOf(
  name: AddonName,
  {spec, artifacts}: Pick<RunContext, 'spec' | 'artifacts'>,
  api: KubernetesApi,
): Promise<AddonReport> {
  const addon = addonOf(name)
  const {title, purpose} = addon
  const own = addonsOf(spec).find(each => each.name === name)
  const {state, detail, image} = await addonState(addon, spec, api)
  const had = imageOf(own ?? {name}, artifacts) ?? null
  const wanted = own !== undefined
  if (state === 'absent' && had === null)
    return {name, title, purpose, state: 'unavailable', detail: whyMissing(name, artifacts), image: null, wanted}
  return {name, title, purpose, state, detail, image: image ?? had, wanted}
}

/** What an add-on is to a cluster that is not there yet. */
export function offerOf({name, title, purpose}: Addon): AddonReport {
  const wanted = DEFAULT_ADDONS.some(each => each.name === name)
  const detail = wanted ? 'comes with a cluster, where its image can be had' : 'is installed where it is asked for'
  return {name, title, purpose, state: 'absent', detail, image: null, wanted}
}
