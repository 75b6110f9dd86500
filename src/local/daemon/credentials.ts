import {randomBytes, randomInt} from 'node:crypto'
import {writeFileAtomically} from '../../write-file.js'
import {readJsonObject} from './json-file.js'
import type {RegionFiles} from './region-files.js'

/** What a caller of the region's API signs with: AWS's own formats, so that any client takes them. */
export interface RegionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Undefined before the region's first start. */
export async function readCredentials(files: RegionFiles): Promise<RegionCredentials | undefined> {
  const {accessKeyId, secretAccessKey} = (await readJsonObject(files.credentials)) ?? {}
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined
  return {accessKeyId, secretAccessKey}
}

/** The region's credentials, drawn on its first start; readable by their owner only. */
export async function ensureCredentials(files: RegionFiles): Promise<RegionCredentials> {
  const present = await readCredentials(files)
  if (present) return present
  const drawn = {accessKeyId: drawKeyId(), secretAccessKey: randomBytes(30).toString('base64')}
  await writeFileAtomically(files.credentials, `${JSON.stringify(drawn)}\n`, 0o600)
  return drawn
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function drawKeyId(): string {
  return `AKIA${Array.from({length: 16}, () => BASE32[randomInt(BASE32.length)]).join('')}`
}
