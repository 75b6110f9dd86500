import {existsSync} from 'node:fs'
import {readFile, statfs} from 'node:fs/promises'
import {availableParallelism} from 'node:os'
import {dirname} from 'node:path'
import type {MachineCapacity} from '../../cluster/provider.js'

/** Looks at this host, and at the container it may be. */
export async function hostCapacity(directory: string): Promise<MachineCapacity> {
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kib = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
  const limit = await memoryLimit()
  const total = Math.min(kib('MemTotal'), limit.total)
  const available = Math.min(kib('MemAvailable'), limit.available)
  const {bavail, bsize} = await statfs(existing(directory))
  return {cores: availableParallelism(), memory: {total, available}, disk: {directory, free: bavail * bsize}}
}

const CGROUP = '/sys/fs/cgroup'

/** Of a container (cgroups(7)); without one, no limit. What is in the page cache can be had. */
async function memoryLimit(): Promise<{total: number; available: number}> {
  const read = async (path: string): Promise<string | undefined> =>
    (await readFile(`${CGROUP}/${path}`, 'utf8').catch(() => undefined))?.trim()
  const [limit, used, stat] = await Promise.all([
    read('memory.max').then(async text => text ?? (await read('memory/memory.limit_in_bytes'))),
    read('memory.current').then(async text => text ?? (await read('memory/memory.usage_in_bytes'))),
    read('memory.stat').then(async text => text ?? (await read('memory/memory.stat'))),
  ])
  const total = Number(limit)
  if (limit === undefined || !Number.isFinite(total)) return {total: Infinity, available: Infinity}
  const cache = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(stat ?? '')?.[1] ?? 0)
  return {total, available: Math.max(0, total - Number(used ?? 0) + cache)}
}

function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory))
}
