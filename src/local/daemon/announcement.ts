import {rm} from 'node:fs/promises'
import {isRunning, type ProcessIdentity} from '../../process-identity.js'
import {writeFileAtomically} from '../../write-file.js'
import {readJsonObject} from './json-file.js'
import type {RegionFiles} from './region-files.js'

/** What a daemon that is ready says of itself, for whoever wants to talk to it. */
export interface Announcement {
  readonly process: ProcessIdentity
  /** `http://127.0.0.1:40123` */
  readonly endpoint: string
  readonly region: string
  readonly imageId: string
  /** Range that this host's own traffic to instances comes from. */
  readonly operatorCidr: string
  /** The directory that instances see at the cache server's URL. */
  readonly cacheDirectory: string
}

export async function announce(files: RegionFiles, announcement: Announcement): Promise<void> {
  await writeFileAtomically(files.announcement, `${JSON.stringify(announcement, null, 2)}\n`, 0o644)
}

export async function withdraw(files: RegionFiles): Promise<void> {
  await rm(files.announcement, {force: true})
}

/** The announcement of a daemon that runs; undefined if none does. */
export async function runningDaemon(files: RegionFiles): Promise<Announcement | undefined> {
  const value = await readJsonObject(files.announcement)
  const announcement = value && parse(value)
  return announcement && isRunning(announcement.process) ? announcement : undefined
}

function parse(value: Readonly<Record<string, unknown>>): Announcement | undefined {
  const {process, endpoint, region, imageId, operatorCidr, cacheDirectory} = value
  if (typeof process !== 'object' || process === null || !('pid' in process) || !('startTime' in process))
    return undefined
  const {pid, startTime} = process
  if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined
  if (typeof endpoint !== 'string' || typeof region !== 'string' || typeof imageId !== 'string') return undefined
  if (typeof operatorCidr !== 'string' || typeof cacheDirectory !== 'string') return undefined
  return {process: {pid, startTime}, endpoint, region, imageId, operatorCidr, cacheDirectory}
}
