import {ADDON_NAMES, addonName, isAddonName, parseAddon, type ClusterAddon} from '../cluster/addons.js'
import {usageError} from './usage-error.js'

/** What `khw addon add|remove [NAME] ADDON` was given: of two words the first is the cluster. Throws USAGE. */
export function addonArgs(
  first: string | undefined,
  second: string | undefined,
  image?: string,
): {readonly name?: string; readonly addon: ClusterAddon} {
  const word = second ?? first
  if (word === undefined) throw usageError('Which add-on?', ['See which there are: khw addon list'])
  // The one word may be meant as the cluster.
  if (second === undefined && !isAddonName(word))
    throw usageError(`Which add-on? "${word}" is none.`, [
      `Choose one of: ${ADDON_NAMES.join(', ')}; it goes after the name of the cluster, if there is one`,
    ])
  if (second === undefined) return {addon: addonOf(word, image)}
  return {...(first !== undefined && {name: first}), addon: addonOf(second, image)}
}

function addonOf(word: string, image: string | undefined): ClusterAddon {
  return image === undefined ? {name: addonName(word)} : parseAddon(`${addonName(word)}=${image}`)
}
