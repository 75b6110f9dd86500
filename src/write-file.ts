import {randomBytes} from 'node:crypto'
import {closeSync, fchmodSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {open, rename, rm} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'

/**
 * Writes a file so that readers see the old or the new content, never a part of it, also after a crash: content and name
 * are on the disk when this resolves. The mode is what is said, whatever the umask.
 */
export async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = temporaryName(path)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.chmod(mode)
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, {force: true}).catch(() => undefined)
    throw error
  }
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } catch (error) {
    if (!cannotBeFlushed(error)) throw error
  } finally {
    await directory.close()
  }
}

/** As `writeFileAtomically`, done when it returns: for a record that nothing may overtake. */
export function writeFileAtomicallySync(path: string, content: string, mode: number): void {
  const temporary = temporaryName(path)
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      fchmodSync(file, mode)
      // Unlike writeSync(), it goes on after a short write: that is what a disk with little room left makes of the first.
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
  flushDirectory(dirname(path))
}

/** The names that a directory has are on the disk when this returns. */
export function flushDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } catch (error) {
    if (!cannotBeFlushed(error)) throw error
  } finally {
    closeSync(directory)
  }
}

const TEMPORARY = /^\..+\.[0-9a-f]{12}$/

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
}

/** Whether a file name is that of a copy which a killed writer of the file `name` left behind. */
export function isTemporaryOf(name: string, fileName: string): boolean {
  return fileName.startsWith(`.${name}.`)
}

/** Removes the copies that killed writers left in a directory and below it: for who knows that nobody writes there now. */
export function removeTemporaryFiles(directory: string): void {
  for (const entry of readdirSync(directory, {withFileTypes: true})) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) removeTemporaryFiles(path)
    else if (TEMPORARY.test(entry.name)) rmSync(path, {force: true})
  }
}

/** Some file systems know no flushing of directories (fsync(2): EINVAL); the content is on the disk all the same. */
function cannotBeFlushed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP')
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // What went wrong with the write is the news.
  }
}
