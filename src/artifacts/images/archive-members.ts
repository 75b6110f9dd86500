import {createHash} from 'node:crypto'
import {open, rename} from 'node:fs/promises'
import {join} from 'node:path'
import {tarMembers, type TarMember} from '../../tar.js'

/** A file of an image archive. */
export interface ArchiveMember {
  /** `sha256:` and 64 hex digits, of its content. */
  readonly digest: string
  readonly bytes: number
  /** By how it begins. */
  readonly form: 'json' | 'gzip' | 'zstd' | 'tar'
  /** Of JSON. */
  readonly text?: string
}

export type ArchiveMembers = ReadonlyMap<string, ArchiveMember>

/** As the distribution-spec allows a registry to limit manifests. */
const LONGEST_TEXT = 4 * 1024 * 1024
const MOST_LINKS = 10

/**
 * The files of an image archive, by name; a link is what it leads to (docker save has them for layers it has had before).
 * Each is also written to the directory `keepIn`, if that is given, under the hex digits of its digest. Nothing but JSON
 * is held in memory. Throws tar-stream's error if the file is no tar archive, and those of the file system.
 */
export async function archiveMembers(
  archive: string,
  {keepIn, signal}: {readonly keepIn?: string | undefined; readonly signal: AbortSignal},
): Promise<ArchiveMembers> {
  const members = new Map<string, ArchiveMember>()
  const links = new Map<string, string>()
  for await (const member of tarMembers(archive, signal)) {
    if (member.kind === 'file') members.set(member.name, await readMember(member, keepIn))
    else if (member.kind === 'link' && member.target !== undefined) links.set(member.name, member.target)
  }
  for (const name of links.keys()) {
    let target: string | undefined = name
    for (let i = 0; i < MOST_LINKS && target !== undefined && !members.has(target); i++) target = links.get(target)
    const found = target === undefined ? undefined : members.get(target)
    if (found !== undefined) members.set(name, found)
  }
  return members
}

async function readMember({size, content}: TarMember, keepIn: string | undefined): Promise<ArchiveMember> {
  const hash = createHash('sha256')
  let form: ArchiveMember['form'] | undefined
  const text: Buffer[] = []
  const partial = keepIn === undefined ? undefined : join(keepIn, 'partial')
  const file = partial === undefined ? undefined : await open(partial, 'w', 0o644)
  try {
    for await (const chunk of content) {
      form ??= formOf(chunk, size)
      hash.update(chunk)
      if (form === 'json') text.push(chunk)
      await file?.writeFile(chunk)
    }
    await file?.sync()
  } finally {
    await file?.close()
  }
  const hex = hash.digest('hex')
  if (keepIn !== undefined && partial !== undefined) await rename(partial, join(keepIn, hex))
  const member = {digest: `sha256:${hex}`, bytes: size, form: form ?? 'tar'}
  return form === 'json' ? {...member, text: Buffer.concat(text).toString('utf8')} : member
}

function formOf(begin: Buffer, size: number): ArchiveMember['form'] {
  if (size <= LONGEST_TEXT && (begin[0] === 0x7b || begin[0] === 0x5b)) return 'json'
  if (begin[0] === 0x1f && begin[1] === 0x8b) return 'gzip'
  return begin.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) ? 'zstd' : 'tar'
}
