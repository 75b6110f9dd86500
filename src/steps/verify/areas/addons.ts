import type {Verdict} from '../../../benchmark/check.js'
import {addonsOf, type ClusterAddon} from '../../../cluster/addons.js'
import type {KubernetesApi} from '../../../kubernetes/api.js'
import {imageOf} from '../../addons/image.js'
import {addonOf} from '../../addons/registry.js'
import {addonState, type AddonState} from '../../addons/state.js'
import type {RunContext} from '../../engine/context.js'

type About = Pick<RunContext, 'spec' | 'artifacts'>

/** What somebody else runs under that name is for a person to judge. */
const STATES: Readonly<Record<AddonState['state'], Verdict['state']>> = {
  ready: 'PASS',
  foreign: 'WARN',
  starting: 'FAIL',
  incomplete: 'FAIL',
  absent: 'FAIL',
}

/** Whether each add-on runs that the cluster is to have, whatever is there. */
export function addonVerdicts(about: About, api: KubernetesApi): Promise<readonly Verdict[]> {
  return Promise.all(
    wanted(about).map(async ({name}): Promise<Verdict> => {
      const addon = addonOf(name)
      const {state, detail} = await addonState(addon, about.spec, api)
      return {
        ...{id: `addon-${name}`, title: `${addon.title} runs`, state: STATES[state], found: detail},
        ...((state === 'incomplete' || state === 'absent') && {cure: `khw addon add ${about.spec.name} ${name}`}),
        // It says what keeps its pods.
        ...(state === 'starting' && {cure: `khw addon list ${about.spec.name}`}),
      }
    }),
  )
}

/** Whether pods are to be able to look up names. */
export function hasDns(about: About): boolean {
  return wanted(about).some(({name}) => name === 'coredns')
}

/** A record of before it said which add-ons there are names one that was left out where its image could not be had. */
function wanted({spec, artifacts}: About): readonly ClusterAddon[] {
  return addonsOf(spec).filter(addon => imageOf(addon, artifacts) !== undefined)
}
