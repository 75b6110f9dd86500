import {mkdir, rename, writeFile} from 'node:fs/promises'
import {existsSync} from 'node:fs'
import {randomBytes} from 'node:crypto'
import {dirname, join} from 'node:path'
import {mountsUnder} from '../host/mounts.js'
import {run} from '../host/run.js'
import type {Seed} from './seed.js'

/** Where a machine's files are on the host. */
export interface MachinePaths {
  readonly directory: string
  /** The assembled root file system. */
  readonly root: string
  /** What the machine changed of the image. */
  readonly upper: string
  readonly work: string
  /** Bound over /var/lib. */
  readonly varLib: string
  readonly console: string
}

export function machinePaths(directory: string): MachinePaths {
  return {
    directory,
    root: join(directory, 'root'),
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    varLib: join(directory, 'var-lib'),
    console: join(directory, 'console.log'),
  }
}

/**
 * Makes a machine's disk, once: an empty layer over the image, and /var/lib as a plain directory that starts as a copy
 * of the image's. Programs keep databases and layered file systems of their own there, and neither belongs on an
 * overlay: the kernel refuses one as the upper layer of another.
 */
export async function createDisk(paths: MachinePaths, image: string, seed: Seed): Promise<void> {
  if (existsSync(paths.upper)) return
  await mkdir(paths.directory, {recursive: true, mode: 0o700})
  const files = {
    'etc/hostname': `${seed.hostname}\n`,
    'etc/hosts': hostsFile(seed),
    'etc/resolv.conf': `nameserver ${seed.nameserver}\nsearch ${seed.searchDomain}\n`,
    // Unique, and drawn here so that it stays the same from the first boot on (machine-id(5)).
    'etc/machine-id': `${randomBytes(16).toString('hex')}\n`,
  }
  const unfinished = `${paths.upper}.new`
  for (const [name, content] of Object.entries(files)) await writeNew(join(unfinished, name), content, 0o644)
  await run('cp', ['--archive', '--no-target-directory', join(image, 'var/lib'), paths.varLib])
  const cloud = join(paths.varLib, 'cloud/seed/nocloud')
  await writeNew(join(cloud, 'meta-data'), JSON.stringify(seed.metaData), 0o600)
  await writeNew(join(cloud, 'user-data'), seed.userData, 0o600)
  await mkdir(paths.root, {recursive: true})
  await mkdir(paths.work, {recursive: true})
  // Last: its presence says that all of the above is complete.
  await rename(unfinished, paths.upper)
}

async function writeNew(path: string, content: string | Buffer, mode: number): Promise<void> {
  await mkdir(dirname(path), {recursive: true})
  await writeFile(path, content, {mode})
}

function hostsFile(seed: Seed): string {
  return [
    '127.0.0.1 localhost',
    `${seed.address} ${seed.hostname}.${seed.searchDomain} ${seed.hostname}`,
    '::1 localhost ip6-localhost ip6-loopback',
    '',
  ].join('\n')
}

/** Mounts the root file system unless it is mounted. */
export async function mountDisk(paths: MachinePaths, image: string): Promise<void> {
  if ((await mountsUnder(paths.root)).length > 0) return
  const layers = [
    `lowerdir=${escapeLayer(image)}`,
    `upperdir=${escapeLayer(paths.upper)}`,
    `workdir=${escapeLayer(paths.work)}`,
  ]
  await run('mount', ['-t', 'overlay', 'overlay', '-o', layers.join(','), paths.root])
}

/** Colons part layers and commas part options (the kernel's overlayfs documentation). */
function escapeLayer(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&')
}
