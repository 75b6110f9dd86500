import {posix} from 'node:path'
import type {UnitSection} from './systemd-unit.js'

/** What a unit may read although only root may. */
export interface Credentials {
  /** Where the unit finds its copy of a file of that path; RangeError for one that it was not given. */
  readonly at: (path: string) => string
  readonly settings: UnitSection
}

/**
 * Files that a unit reads as a user of its own while they stay root's, mode 0600, as the CIS benchmark wants all of
 * /etc/kubernetes to be: systemd reads them as root when the unit starts, and hands it copies in memory that nobody else
 * can open (systemd.exec(5), LoadCredential=, since systemd 247). A copy is as old as the unit's start, so what is to be
 * taken up by one that runs must not be among them: keys stay what they are when certificates are renewed, and those
 * everybody may read where they lie.
 */
export function credentials(paths: readonly string[]): Credentials {
  const names = paths.map(path => posix.basename(path))
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new RangeError(`two credentials are called ${twice}`)
  return {
    at: path => {
      if (!paths.includes(path)) throw new RangeError(`${path} is no credential of the unit`)
      return `${DIRECTORY}/${posix.basename(path)}`
    },
    settings: {LoadCredential: paths.map(path => `${posix.basename(path)}:${path}`)},
  }
}

/**
 * A unit's directory of credentials, in a command line (systemd.exec(5), "Credentials"): as old as they are, which `%d`
 * is not (systemd 251).
 */
const DIRECTORY = '${CREDENTIALS_DIRECTORY}'
