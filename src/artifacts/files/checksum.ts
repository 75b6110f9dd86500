import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {readFile, stat} from 'node:fs/promises'
import {writeFileAtomically} from '../../write-file.js'

/** What is remembered of a file beside it, so that hundreds of megabytes are not hashed on each run. */
interface Known {
  readonly size: number
  readonly mtimeMs: number
  readonly sha256: string
}

/** Whether a text has this SHA-256, in hex. */
export function hasChecksum(text: string, sha256: string): boolean {
  return createHash('sha256').update(text).digest('hex') === sha256
}

/** Hex SHA-256 of a file's content. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20, ...(signal && {signal})})) {
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

/**
 * SHA-256 and size of a file. Hashes it only if its size or modification time differ from what was remembered in
 * `record` (default: `<path>.known` beside it). Undefined if there is no such file.
 */
export async function knownChecksum(
  path: string,
  options: {readonly record?: string; readonly signal?: AbortSignal; readonly onHash?: () => void} = {},
): Promise<{readonly sha256: string; readonly bytes: number} | undefined> {
  const now = await stat(path).catch(() => undefined)
  if (!now?.isFile()) return undefined
  const record = options.record ?? recordOf(path)
  const known = await readRecord(record)
  if (known?.size === now.size && known.mtimeMs === now.mtimeMs) return {sha256: known.sha256, bytes: now.size}
  options.onHash?.()
  const sha256 = await hashFile(path, options.signal)
  await rememberChecksum(path, sha256, record)
  return {sha256, bytes: now.size}
}

/** Remembers the checksum of a file that was just verified. */
export async function rememberChecksum(path: string, sha256: string, record = recordOf(path)): Promise<void> {
  const {size, mtimeMs} = await stat(path)
  await writeFileAtomically(record, JSON.stringify({size, mtimeMs, sha256} satisfies Known), 0o644)
}

function recordOf(path: string): string {
  return `${path}.known`
}

async function readRecord(record: string): Promise<Known | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(record, 'utf8'))
    return isKnown(value) ? value : undefined
  } catch {
    return undefined // Absent or cut short: the file is hashed again.
  }
}

function isKnown(value: unknown): value is Known {
  return (
    typeof value === 'object' &&
    value !== null &&
    'size' in value &&
    typeof value.size === 'number' &&
    'mtimeMs' in value &&
    typeof value.mtimeMs === 'number' &&
    'sha256' in value &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256)
  )
}
