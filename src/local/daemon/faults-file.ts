import {mkdir, readFile, rm, rmdir} from 'node:fs/promises'
import type {Home} from '../../cluster/home.js'
import {KhwError, messageOf} from '../../errors.js'
import {writeFileAtomically} from '../../write-file.js'
import {parseFaultSettings, parseFaultSettingsText} from '../api/faults/parse-settings.js'
import type {FaultSettings} from '../api/faults/settings.js'
import {regionFiles} from './region-files.js'

/** The region's faults, whether it runs or not; empty if none are set. Throws USAGE, HOME_NOT_WRITABLE. */
export async function readFaults(home: Pick<Home, 'region'>): Promise<FaultSettings> {
  const {faults} = regionFiles(home.region)
  const content = await readFile(faults, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw unusable('read', faults, error)
  })
  return content === undefined ? {} : parseFaultSettingsText(content)
}

/** Settings out of a file of the caller's. Throws USAGE. */
export async function readSettingsFrom(path: string): Promise<FaultSettings> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KhwError(
      'USAGE',
      `The fault settings ${path} cannot be read: ${messageOf(error)}.`,
      ['Name a file with settings as JSON: khw local faults FILE', 'See what can be set: khw local faults --help'],
      {cause: error, exit: 2},
    )
  })
  return parseFaultSettingsText(content)
}

/** Replaces the region's faults; a region that runs sees them within a second. Throws USAGE, HOME_NOT_WRITABLE. */
export async function writeFaults(home: Pick<Home, 'region'>, settings: FaultSettings): Promise<void> {
  const {directory, faults} = regionFiles(home.region)
  const content = `${JSON.stringify(parseFaultSettings(settings), undefined, 2)}\n`
  try {
    await mkdir(directory, {recursive: true, mode: 0o700})
    await writeFileAtomically(faults, content, 0o600)
  } catch (error) {
    throw unusable('written', faults, error)
  }
}

/** Ends all faults, and leaves no file of its own. Throws HOME_NOT_WRITABLE. */
export async function clearFaults(home: Pick<Home, 'region'>): Promise<void> {
  const {directory, faults} = regionFiles(home.region)
  try {
    await rm(faults, {force: true})
  } catch (error) {
    throw unusable('removed', faults, error)
  }
  // It goes only if it is empty: then there is no region.
  await rmdir(directory).catch(() => undefined)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function unusable(what: string, path: string, cause: unknown): KhwError {
  return new KhwError(
    'HOME_NOT_WRITABLE',
    `The fault settings ${path} cannot be ${what}: ${messageOf(cause)}.`,
    ['The region may be root’s: sudo --preserve-env=KHW_HOME,KHW_CACHE khw local faults'],
    {cause},
  )
}
