import {open, stat, truncate} from 'node:fs/promises'

/** EC2 keeps as much (GetConsoleOutput). */
export const CONSOLE_BYTES = 64 * 1024
const LARGEST_FILE = 1024 * 1024

/** The end of a machine's console; empty if it never started. */
export async function readConsole(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return ''
  try {
    const {size} = await file.stat()
    const length = Math.min(size, CONSOLE_BYTES)
    const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await file.close()
  }
}

/** Forgets all but the end once the file is large. Writers append, so they carry on at the new end. */
export async function capConsole(path: string): Promise<void> {
  const size = await stat(path).then(
    found => found.size,
    () => 0,
  )
  if (size <= LARGEST_FILE) return
  const end = await readConsole(path)
  await truncate(path, 0)
  const file = await open(path, 'a')
  try {
    await file.writeFile(end)
  } finally {
    await file.close()
  }
}
