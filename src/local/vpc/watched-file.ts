import {readFileSync, statSync} from 'node:fs'

function versionOf(path: string): string | undefined {
  const stats = statSync(path, {bigint: true, throwIfNoEntry: false})
  return stats && `${stats.ino} ${stats.mtimeNs} ${stats.size}`
}

/**
 * What is in a file now, which is only ever replaced as a whole; read again when it was, which one `stat` tells: the
 * same value until then. When the file is gone, what was in it last: so is soon who asks.
 */
export function watchedFile<T>(path: string, parse: (text: string) => T): () => T {
  let seen: string | undefined
  let value: T | undefined
  return () => {
    const version = versionOf(path)
    if (value !== undefined && (version === undefined || version === seen)) return value
    const read = parse(readFileSync(path, 'utf8'))
    value = read
    seen = version
    return read
  }
}
