import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * Files of a home in which secrets have their place: the cluster's secrets and its administrator's kubeconfig; the region's
 * own credentials, and what stands for EC2 itself: its state, which has the user data of every machine, and the tables
 * by which the instance metadata service hands it out.
 */
const PLACES_OF_SECRETS = [
  /^clusters\/[^/]+\/secrets\//,
  /^clusters\/[^/]+\/kubeconfig$/,
  /^region\/credentials\.json$/,
  /^region\/state\.json$/,
  /^region\/vpc\/[^/]+\.tables\.json$/,
]

/** What a writer makes before it takes the place of the file, and leaves if it is killed: `.kubeconfig.0123456789ab`. */
const WRITERS_COPY = /(^|\/)\.([^/]+)\.[0-9a-f]{12}$/

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
  const isPlace = (path: string): boolean =>
    PLACES_OF_SECRETS.some(place => place.test(path.replace(WRITERS_COPY, '$1$2')))
  const texts = (list: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      list.flatMap(path => {
        const text = contentOf(join(home, path))
        return text === undefined ? [] : [[path, text]]
      }),
    )
  return {open: texts(paths.filter(path => !isPlace(path))), secret: texts(paths.filter(isPlace))}
}

/** Undefined if it is gone: the region goes on working while its files are read. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function filesIn(home: string, directory: string): string[] {
  return readdirSync(join(home, directory), {withFileTypes: true}).flatMap(entry => {
    const path = join(directory, entry.name)
    if (entry.isFile()) return [path]
    return entry.isDirectory() && !DISKS.test(path) ? filesIn(home, path) : []
  })
}
