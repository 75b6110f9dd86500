import {createReadStream} from 'node:fs'
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

/**
 * The members of a tar file by these names, as far as it has them. Larger members than `limit` bytes are left out.
 * Throws tar-stream's error if the file is no tar archive.
 */
export async function readMembers(
  path: string,
  names: ReadonlySet<string>,
  options: {readonly limit: number; readonly signal: AbortSignal},
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  const reader = createReadStream(path, {signal: options.signal}).pipe(extract())
  for await (const entry of reader) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (!names.has(name) || entry.header.size > options.limit) {
      entry.resume()
      continue
    }
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    found.set(name, Buffer.concat(chunks))
    if (found.size === names.size) break
  }
  return found
}
