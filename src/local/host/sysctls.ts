import {readFile, writeFile} from 'node:fs/promises'

export interface SysctlChange {
  readonly name: string
  readonly from: number
  readonly to: number
}

/**
 * Each machine's systemd, container runtime and node agent hold some; the kernel's 128 are for one machine. The limit is per
 * user, and root in a machine is the host's root.
 */
const INOTIFY_INSTANCES = 8192

/** Raises the kernel's limits where they are lower than machines need; returns what was changed, to be told. */
export async function raiseLimits(directory = '/proc/sys'): Promise<SysctlChange[]> {
  const name = 'fs.inotify.max_user_instances'
  const path = `${directory}/${name.replaceAll('.', '/')}`
  const from = Number(await readFile(path, 'utf8'))
  if (from >= INOTIFY_INSTANCES) return []
  await writeFile(path, `${INOTIFY_INSTANCES}\n`)
  return [{name, from, to: INOTIFY_INSTANCES}]
}
