import {addonsOf, type AddonName} from '../../cluster/addons.js'
import {ensureServingPair} from '../../pki/serving-pair.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {NO_PAIR, type Addon} from './addon.js'
import {applyObject} from './apply.js'
import {imageOf, requireImage} from './image.js'
import {addonOf} from './registry.js'

/** Where the API servers are: as a create has learnt it, or as the region has it of a cluster that is there. */
export type KnownAddresses = Step<{publicIps: Record<string, string>}>

type InstallNeeds = {
  readonly addresses: KnownAddresses
  /** What else comes first. */
  readonly after: readonly Step[]
}

export type InstallAddon = Step<{objects: number; image: string | null}, InstallNeeds>

/** Applies the objects of an add-on; that its pods run is another step. */
export function installAddon(name: AddonName, needs: InstallNeeds): InstallAddon {
  const addon = addonOf(name)
  return defineStep<{objects: number; image: string | null}, InstallNeeds>({
    id: installId(name),
    phase: 'addons',
    title: `Install ${addon.title}`,
    needs,

    // A renewal is of its certificate, too.
    edition: ({issuance}) => (addon.api === undefined ? undefined : issuance?.since),

    async create(context, {addresses}) {
      const image = imageFor(addon, context)
      if (image === undefined) return {objects: 0, image: null}
      const api = await context.kubernetes(addresses.publicIps, 'admin')
      const objects = addon.objects(context.spec, image, await pairOf(addon, context))
      for (const object of objects) await applyObject(api, object)
      return {objects: objects.length, image}
    },
  })
}

export function installId(name: AddonName): string {
  return `addons/${name}`
}

/** Undefined only for a cluster whose record is of before it said which add-ons there are: it does without. */
function imageFor({name}: Addon, {spec, artifacts}: StepContext): string | undefined {
  const wanted = addonsOf(spec).find(each => each.name === name) ?? {name}
  return spec.addons === undefined
    ? imageOf(wanted, artifacts)
    : requireImage(wanted, artifacts, spec.name, {isWanted: true})
}

async function pairOf({api}: Addon, {secrets, clock, issuance}: StepContext): Promise<typeof NO_PAIR> {
  if (api === undefined) return NO_PAIR
  return ensureServingPair({service: api.service, secrets, now: new Date(clock.now()), issuance})
}
