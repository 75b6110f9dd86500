import {addonsOf, DEFAULT_ADDONS, sortedAddons, type AddonName} from '../../cluster/addons.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {CreateRequest} from './create-request.js'

type Asked = Pick<CreateRequest, 'addons' | 'withoutAddons'>

/** Nothing where nothing was said of them. Throws USAGE for one that is both wanted and not. */
export function addonsAskedFor({addons = [], withoutAddons = []}: Asked): Pick<ClusterSpec, 'addons'> {
  const names = addons.map(({name}) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i || withoutAddons.includes(name))
  if (twice !== undefined)
    throw new KhwError('USAGE', `The add-on ${twice} is named twice.`, [`Try --addon ${twice}`], {exit: 2})
  if (addons.length + withoutAddons.length === 0) return {}
  const byDefault = DEFAULT_ADDONS.filter(({name}) => !withoutAddons.includes(name) && !names.includes(name))
  return {addons: sortedAddons([...byDefault, ...addons])}
}

/** What is there by default and has no image among those is left out; what was asked for is refused elsewhere, where it has none. */
export function addonsToBe(
  request: Asked,
  images: Readonly<Partial<Record<AddonName, string>>>,
): Pick<ClusterSpec, 'addons'> {
  const asked = addonsAskedFor(request)
  const all = addonsOf(asked)
  const had = all.filter(({name, image}) => image !== undefined || images[name] !== undefined)
  return had.length === all.length ? asked : {addons: had}
}

/** Those whose images the artifact source must have. */
export function addonsToHave({addons = []}: Asked): readonly AddonName[] {
  return addons.flatMap(({name, image}) => (image === undefined ? [name] : []))
}

/** Refuses a request for other add-ons than a cluster has: they change by a command of their own. Throws CLUSTER_EXISTS. */
export function refuseOtherAddons({addons = [], withoutAddons = []}: Asked, spec: ClusterSpec): void {
  const there = addonsOf(spec)
  const missing = addons.find(
    ({name, image}) => !there.some(own => own.name === name && (image ?? own.image) === own.image),
  )
  const extra = withoutAddons.find(name => there.some(own => own.name === name))
  const [name, change] = missing ? [missing.name, 'add'] : [extra, 'remove']
  if (name === undefined) return
  const image = missing?.image === undefined ? '' : ` --image ${missing.image}`
  throw new KhwError(
    'CLUSTER_EXISTS',
    `The cluster "${spec.name}" exists ${missing ? 'without' : 'with'} the add-on ${name}${image === '' ? '' : ' of that image'}.`,
    [
      `Go on with it as it is: khw create --name ${spec.name}`,
      `Then: khw addon ${change} ${spec.name} ${name}${image}`,
    ],
    {exit: 2},
  )
}
