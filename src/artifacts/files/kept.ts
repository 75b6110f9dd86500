import {mkdir, readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {writeFileAtomically} from '../../write-file.js'

/** Where the cache has what is published at a URL. */
export function cachePath(cache: string, url: string): string {
  return join(cache, 'artifacts', ...url.replace(/^https:\/\//, '').split('/'))
}

/** A text of a release that was kept, empty if there is none. What is released does not change: it need not be fetched twice. */
export async function keptText(cache: string, url: string): Promise<string> {
  return readFile(cachePath(cache, url), 'utf8').catch(() => '')
}

export async function keepText(cache: string, url: string, text: string): Promise<void> {
  const path = cachePath(cache, url)
  await mkdir(dirname(path), {recursive: true})
  await writeFileAtomically(path, text, 0o644)
}
