import {chmod, mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {writeError} from '../write-error.js'
import {writeFileAtomically} from '../write-file.js'
import type {SecretStore} from './secret-store.js'

const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700

/** Secrets as files under one directory: 0600 in 0700, whatever the umask is. Throws DISK_FULL and HOME_NOT_WRITABLE. */
export class FileSecretStore implements SecretStore {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async read(name: string): Promise<string | undefined> {
    const path = this.#path(name)
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw writeError(error, `Could not read ${path}`)
    }
  }

  async write(name: string, content: string): Promise<void> {
    const path = this.#path(name)
    try {
      await this.#directories(name)
      await writeFileAtomically(path, content, FILE_MODE)
    } catch (error) {
      throw writeError(error, `Could not write ${path}`)
    }
  }

  #path(name: string): string {
    if (!/^\w[\w.-]*(\/\w[\w.-]*)*$/.test(name)) throw new RangeError(`not a name of a secret: ${name}`)
    return join(this.#directory, name)
  }

  /** Makes the directories from the store's own down to the file's; `chmod` because mkdir's mode is cut by the umask. */
  async #directories(name: string): Promise<void> {
    let directory = this.#directory
    await mkdir(directory, {recursive: true, mode: DIRECTORY_MODE})
    await chmod(directory, DIRECTORY_MODE)
    for (const part of name.split('/').slice(0, -1)) {
      directory = join(directory, part)
      await mkdir(directory, {mode: DIRECTORY_MODE}).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error
      })
      await chmod(directory, DIRECTORY_MODE)
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
