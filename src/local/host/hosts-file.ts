import {open, type FileHandle} from 'node:fs/promises'
import {lockFile} from './file-lock.js'

export const HOSTS_FILE = '/etc/hosts'

export interface HostName {
  readonly address: string
  readonly name: string
}

/** The file with these names of a region instead of those before; its lines end with the region's prefix. */
export function withHostNames(content: string, prefix: string, names: readonly HostName[]): string {
  const mark = ` # ${prefix}`
  const others = content.split('\n').filter(line => !line.endsWith(mark))
  const ours = names.map(({address, name}) => `${address} ${name}${mark}`)
  if (ours.length === 0) return others.join('\n')
  const body = others.join('\n')
  return `${body}${body === '' || body.endsWith('\n') ? '' : '\n'}${ours.join('\n')}\n`
}

/** Names of a region that a hosts file has. */
export function hostNamesIn(content: string, prefix: string): string[] {
  return content.split('\n').filter(line => line.endsWith(` # ${prefix}`))
}

/**
 * Makes the host know the names of a region's load balancers. The file is written in place, since in a container it is
 * often a mount of its own, which cannot be replaced; regions take turns. Throws where it cannot be written.
 */
export async function writeHostNames(prefix: string, names: readonly HostName[], path = HOSTS_FILE): Promise<void> {
  const lock = await lockFile(path, {wait: true})
  try {
    const file = await open(path, 'r+')
    try {
      const before = await file.readFile('utf8')
      const after = withHostNames(before, prefix, names)
      if (after === before) return
      await overwrite(file, Buffer.from(after))
    } finally {
      await file.close()
    }
  } finally {
    await lock?.release()
  }
}

/** One write may take less than all of it (write(2)); the file is only cut where the whole content ends. */
export async function overwrite(file: Pick<FileHandle, 'write' | 'truncate'>, content: Buffer): Promise<void> {
  for (let at = 0; at < content.length;) at += (await file.write(content, at, content.length - at, at)).bytesWritten
  await file.truncate(content.length)
}
