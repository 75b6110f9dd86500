import {existsSync} from 'node:fs'
import {readdir} from 'node:fs/promises'
import type {Home} from '../../cluster/home.js'
import {KhwError, messageOf} from '../../errors.js'
import {lockFile} from '../host/file-lock.js'
import {removeTree} from '../host/mounts.js'
import {regionNames, type RegionNames} from '../host/names.js'
import {cgroupHost, findCgroups, killAll, removeCgroup} from '../machines/cgroups.js'
import {hostSettings} from '../machines/host-settings.js'
import {createMachines} from '../machines/machines.js'
import {createVpcFabric} from '../vpc/vpc-fabric.js'
import {stopRegion} from './client.js'
import {findLeftovers, type Leftover} from './leftovers.js'
import {regionFiles, type RegionFiles} from './region-files.js'
import {ensurePublicRange} from './settings.js'

export interface ResetReport {
  /** What was on the host before. */
  readonly removed: readonly Leftover[]
  /** What is still there; empty unless something is badly wrong. */
  readonly remaining: readonly Leftover[]
}

/**
 * Ends the region's daemon and removes everything of the region from this host, whatever state it is in, then looks
 * again. Machine images and artifacts stay. Throws LOCKED if a daemon cannot be ended, LOCAL_NOT_ROOT without root.
 */
export async function resetRegion(
  home: Pick<Home, 'region'>,
  onProgress: (text: string) => void,
): Promise<ResetReport> {
  if (!existsSync(home.region)) return {removed: [], remaining: []}
  if (process.geteuid?.() !== 0)
    throw new KhwError(
      'LOCAL_NOT_ROOT',
      'The local region cannot be removed: its machines belong to root and you are not.',
      ['sudo --preserve-env=KHW_HOME,KHW_CACHE khw local reset'],
    )
  const names = regionNames(home.region)
  const files = regionFiles(home.region)
  const before = await findLeftovers(names, files.directory)
  if (await stopRegion(home)) onProgress('Stopped the daemon')
  const lock = await lockFile(files.lock, {wait: false})
  if (!lock)
    throw new KhwError('LOCKED', `Another process holds ${files.lock}, so the region was left as it is.`, [
      `See who it is: fuser ${files.lock}`,
      'Then repeat: khw local reset',
    ])
  try {
    await removeMachines(files, names, onProgress)
    onProgress('Removing networks')
    const publicRange = await ensurePublicRange(files, names)
    const networks = createVpcFabric({names, directory: files.directory, cacheDirectory: files.directory, publicRange})
    await networks.removeAll()
    await networks.close()
    await removeTree(files.directory)
  } finally {
    await lock.release()
  }
  const remaining = await findLeftovers(names, files.directory)
  const isLeft = (item: Leftover): boolean => remaining.some(({type, id}) => type === item.type && id === item.id)
  return {removed: before.filter(item => !isLeft(item)), remaining}
}

async function removeMachines(
  files: RegionFiles,
  names: RegionNames,
  onProgress: (text: string) => void,
): Promise<void> {
  const cgroups = cgroupHost()
  if (!cgroups) return
  const ids = await readdir(files.machines).catch(() => [])
  if (ids.length > 0) onProgress(`Removing ${ids.length} machine${ids.length === 1 ? '' : 's'}`)
  const machines = createMachines({names, directory: files.machines, image: '/nonexistent', cgroups})
  const results = await Promise.allSettled(ids.map(id => machines.removeMachine(id)))
  machines.close()
  for (const result of results) if (result.status === 'rejected') onProgress(messageOf(result.reason))
  // What a crash left of machines that have no directory any more.
  const groups = findCgroups(cgroups, names.prefix)
  await killAll(groups)
  for (const group of groups) await removeCgroup(group)
  const restored = await hostSettings(names.prefix, cgroups).release()
  if (restored.length > 0) onProgress(`Putting back what machines have set of the kernel: ${restored.join(', ')}`)
}
