import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {removeTree} from '../host/mounts.js'

const RUNTIME = '/run/systemd/nspawn'

/** What systemd-nspawn keeps in /run of a machine that was killed. */
export async function removeRuntimeFiles(machine: string): Promise<void> {
  for (const kind of ['propagate', 'unix-export']) await removeTree(join(RUNTIME, kind, machine))
  await rm(join(RUNTIME, 'locks', `name-${machine}`), {force: true})
}
