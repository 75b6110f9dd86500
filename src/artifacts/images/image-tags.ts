import {KhwError, messageOf} from '../../errors.js'
import {readMembers} from '../../tar.js'

const MEMBERS: ReadonlySet<string> = new Set(['manifest.json', 'index.json'])
const LIMIT = 1 << 20

/**
 * The references an image archive is imported under: RepoTags of `docker save`'s manifest.json, else the names in an
 * OCI layout's index.json (containerd's and the OCI image-spec's annotations). Throws ARTIFACT_CHECKSUM if it is none.
 */
export async function imageTags(archive: string, signal: AbortSignal): Promise<readonly string[]> {
  let members: ReadonlyMap<string, Buffer>
  try {
    members = await readMembers(archive, MEMBERS, {limit: LIMIT, signal})
  } catch (error) {
    signal.throwIfAborted()
    throw notAnImage(archive, messageOf(error))
  }
  const tags = [...dockerTags(parse(members.get('manifest.json'))), ...ociNames(parse(members.get('index.json')))]
  if (tags.length === 0) throw notAnImage(archive, 'it names no image in manifest.json or index.json')
  return [...new Set(tags)]
}

function dockerTags(manifest: unknown): string[] {
  return arrayOf(manifest)
    .flatMap(entry => arrayOf(field(entry, 'RepoTags')))
    .filter(isText)
}

function ociNames(index: unknown): string[] {
  return arrayOf(field(index, 'manifests'))
    .map(entry => field(entry, 'annotations'))
    .map(notes => field(notes, 'io.containerd.image.name') ?? field(notes, 'org.opencontainers.image.ref.name'))
    .filter(isText)
    .filter(name => /[/:]/.test(name))
}

function parse(content: Buffer | undefined): unknown {
  if (!content) return undefined
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    return undefined // Told as an archive that names no image.
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function notAnImage(archive: string, why: string): KhwError {
  return new KhwError('ARTIFACT_CHECKSUM', `${archive} is no container image archive: ${why}.`, [
    'Make it with docker save, or ctr image export',
  ])
}
