import {readdir, readFile, stat} from 'node:fs/promises'
import {join, relative, resolve, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {KhwError} from '../../errors.js'
import {checksumLines} from '../files/checksum-list.js'
import {openUrl} from '../net/http.js'
import {fetchText, withRetries, type Network} from '../net/network.js'

/** A copy of upstream's files. Paths are upstream's URLs without `https://`: `dl.k8s.io/release/v1.36.2/...`. */
export interface MirrorSource {
  readonly kind: 'directory' | 'url'
  /** Where a path is: a file, or a URL. */
  locate(path: string): string
  has(path: string): Promise<boolean>
  /** Undefined if it is not there. */
  text(path: string): Promise<string | undefined>
  /** All paths, where they can be told: a directory's files, or those in a URL's SHA256SUMS. */
  readonly listing: ReadonlySet<string> | undefined
  /** Checksums of the SHA256SUMS at the top, by path. */
  readonly sums: ReadonlyMap<string, string>
}

export const SUMS = 'SHA256SUMS'

/** Opens `--mirror`: a directory, a `file:` URL, or an `http:` or `https:` URL. */
export async function openMirror(mirror: string, network: Network): Promise<MirrorSource> {
  if (/^https?:\/\//.test(mirror)) return openUrlMirror(mirror.replace(/\/+$/, ''), network)
  const directory = mirror.startsWith('file:') ? fileURLToPath(mirror) : resolve(mirror)
  const found = await stat(directory).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new KhwError(
      'ARTIFACT_MISSING',
      found ? `The mirror ${directory} is no directory.` : `The mirror ${directory} does not exist.`,
      ['Give a directory or a URL: --mirror DIR'],
      {exit: 2},
    )
  }
  return openDirectoryMirror(directory)
}

async function openDirectoryMirror(directory: string): Promise<MirrorSource> {
  const entries = await readdir(directory, {recursive: true, withFileTypes: true})
  const paths = entries
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
  const text = async (path: string) => readFile(join(directory, path), 'utf8').catch(() => undefined)
  return {
    kind: 'directory',
    locate: path => join(directory, path),
    has: async path => (await stat(join(directory, path)).catch(() => undefined))?.isFile() ?? false,
    text,
    listing: new Set(paths),
    sums: checksumLines((await text(SUMS)) ?? ''),
  }
}

async function openUrlMirror(url: string, network: Network): Promise<MirrorSource> {
  const locate = (path: string) => `${url}/${path.split('/').map(encodeURIComponent).join('/')}`
  const text = async (path: string) => {
    try {
      return await fetchText(locate(path), network)
    } catch (error) {
      if (error instanceof KhwError && error.code === 'ARTIFACT_MISSING') return undefined
      throw error
    }
  }
  const sums = checksumLines((await text(SUMS)) ?? '')
  return {
    kind: 'url',
    locate,
    has: path =>
      withRetries(locate(path), network, async () => {
        const {signal, proxy} = network
        const response = await openUrl(locate(path), {method: 'HEAD', signal, proxy})
        response.destroy()
        return response.statusCode === 200
      }),
    text,
    listing: sums.size > 0 ? new Set(sums.keys()) : undefined,
    sums,
  }
}
