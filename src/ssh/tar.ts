import {pack} from 'tar-stream'
import type {NodeFile} from '../templates/bundle.js'

/** The files of a bundle as one tar (POSIX ustar), with paths relative to the root, modes and owners by name. */
export async function tarOf(files: readonly NodeFile[]): Promise<Buffer> {
  const archive = pack()
  for (const file of files) {
    const header = {
      name: file.path.replace(/^\//, ''),
      mode: file.mode,
      uname: file.owner,
      gname: file.owner,
      mtime: new Date(0),
    }
    archive.entry(header, file.content)
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
