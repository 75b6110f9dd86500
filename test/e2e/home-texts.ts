import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * Files of a home in which secrets have their place: the cluster's secrets and its administrator's kubeconfig; the region's
 * own credentials, and what stands for EC2 itself: its state, which has the user data of every machine, and the tables
 * by which the instance metadata service hands it out.
 */
const PLACES_OF_SECRETS = [
  /^clusters\/[^/]+\/secrets\//,
  // Also the copy that a killed writer has left, which the next run removes.
  /^clusters\/[^/]+\/(kubeconfig|\.kubeconfig\.[0-9a-f]{12})$/,
  /^region\/credentials\.json$/,
  /^region\/state\.json$/,
  /^region\/vpc\/[^/]+\.tables\.json$/,
]

/** The machines' disks, with the seed of each: these have been handed their keys. */
const DISKS = /^region\/machines\/[^/]+\/[^/]+$/

export interface HomeTexts {
  /** Where no secret may be. */
  readonly open: Readonly<Record<string, string>>
  /** Where they are known to be, disks left out. */
  readonly secret: Readonly<Record<string, string>>
}

/** The content of every file in a home, by its path below it. */
export function homeTexts(home: string): HomeTexts {
  const paths = filesIn(home, '')
  const isPlace = (path: string): boolean => PLACES_OF_SECRETS.some(place => place.test(path))
  const texts = (list: readonly string[]): Record<string, string> =>
    Object.fromEntries(list.map(path => [path, readFileSync(join(home, path), 'latin1')]))
  return {open: texts(paths.filter(path => !isPlace(path))), secret: texts(paths.filter(isPlace))}
}

function filesIn(home: string, directory: string): string[] {
  return readdirSync(join(home, directory), {withFileTypes: true}).flatMap(entry => {
    const path = join(directory, entry.name)
    if (entry.isFile()) return [path]
    return entry.isDirectory() && !DISKS.test(path) ? filesIn(home, path) : []
  })
}
