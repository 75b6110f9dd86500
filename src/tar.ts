import {createReadStream} from 'node:fs'
import {posix} from 'node:path'
import {extract, pack} from 'tar-stream'

/** One member of a tar archive. */
export type TarEntry =
  | {readonly kind: 'file'; readonly name: string; readonly mode: number; readonly content: Uint8Array}
  | {readonly kind: 'directory'; readonly name: string; readonly mode: number}
  | {readonly kind: 'link'; readonly name: string; readonly target: string}

/** A tar archive in memory. The same entries give the same bytes: owner root, all times 1970. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  const common = {uid: 0, gid: 0, mtime: new Date(0)}
  for (const entry of entries) {
    if (entry.kind === 'file') {
      archive.entry({...common, name: entry.name, mode: entry.mode}, Buffer.from(entry.content))
    } else if (entry.kind === 'directory') {
      archive.entry({...common, name: entry.name, mode: entry.mode, type: 'directory'})
    } else {
      archive.entry({...common, name: entry.name, mode: 0o777, type: 'symlink', linkname: entry.target})
    }
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A member of a tar file that is being read: its content is there until the next one is asked for. */
export interface TarMember {
  /** Without a leading `./`. */
  readonly name: string
  readonly kind: 'file' | 'link' | 'other'
  /** Where a link leads: of a hard link a member's name, of a symbolic one a path from where it is. */
  readonly target?: string
  /** Bytes. */
  readonly size: number
  /** Streams it; what is not read is skipped. */
  readonly content: AsyncIterable<Buffer>
}

/** Reads a tar file from its beginning to its end. Throws tar-stream's error if it is none. */
export async function* tarMembers(path: string, signal: AbortSignal): AsyncGenerator<TarMember, void, undefined> {
  const reader = createReadStream(path, {signal, highWaterMark: 1 << 20})
  const entries = reader.pipe(extract())
  // A pipe hands no failure on.
  reader.once('error', error => {
    entries.destroy(error)
  })
  try {
    for await (const entry of entries) {
      const {name, type, size, linkname} = entry.header
      const member = {name: plainName(name), size, content: entry as AsyncIterable<Buffer>}
      if (type === 'file' || type === 'contiguous-file') yield {...member, kind: 'file'}
      else if (type === 'symlink' && linkname) yield {...member, kind: 'link', target: fromWhereItIs(name, linkname)}
      else if (type === 'link' && linkname) yield {...member, kind: 'link', target: plainName(linkname)}
      else yield {...member, kind: 'other'}
      entry.resume()
    }
  } finally {
    reader.destroy()
  }
}

function plainName(name: string): string {
  return posix.normalize(name).replace(/^\/+/, '')
}

function fromWhereItIs(name: string, target: string): string {
  return plainName(posix.join(posix.dirname(name), target))
}
