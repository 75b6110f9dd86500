import {randomBytes} from 'node:crypto'
import {existsSync} from 'node:fs'
import {chmod, mkdir, readdir, rename, rm, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Architecture} from '../../cluster/spec.js'
import {KhwError, messageOf} from '../../errors.js'
import {lockFile} from '../host/file-lock.js'
import {removeTree} from '../host/mounts.js'
import {run} from '../host/run.js'
import {hostMirror, sourceList} from './mirror.js'
import {DEBIAN_12, recipeHash, type ImageRecipe} from './recipe.js'

export interface BootImage {
  /** Root directory of the machine image; never written to. */
  readonly directory: string
  readonly architecture: Architecture
  /** `debian-12-amd64-0123456789ab` */
  readonly name: string
}

export interface BuildOptions {
  /** The cache directory (KHW_CACHE). */
  readonly cache: string
  readonly architecture: Architecture
  readonly signal?: AbortSignal
  /** A sentence and, where known, how much is done (0 to 1). */
  readonly onProgress: (text: string, done?: number) => void
}

/** The image if it is there already, without making it. */
export function findImage(cache: string, architecture: Architecture): BootImage | undefined {
  const name = `debian-12-${architecture}-${recipeHash(DEBIAN_12)}`
  const directory = join(cache, 'images', name)
  return existsSync(directory) ? {directory, architecture, name} : undefined
}

/**
 * Makes the machine image unless it is there. It appears under its name in one step, when it is complete; whoever
 * comes while it is being made waits. Throws BUILD_FAILED with the end of mmdebstrap's output.
 */
export async function ensureImage(options: BuildOptions): Promise<BootImage> {
  const present = findImage(options.cache, options.architecture)
  if (present) return present
  const images = join(options.cache, 'images')
  await mkdir(images, {recursive: true})
  const lock = await lockFile(join(images, '.lock'), {
    wait: true,
    ...(options.signal === undefined ? {} : {signal: options.signal}),
    onWait: () => {
      options.onProgress('Another khw is making the machine image; waiting for it')
    },
  })
  try {
    return findImage(options.cache, options.architecture) ?? (await build(images, options))
  } finally {
    await lock?.release()
  }
}

async function build(images: string, options: BuildOptions): Promise<BootImage> {
  // With the lock held, what an interrupted build left is nobody's.
  for (const name of await readdir(images)) if (name.startsWith('.making-')) await removeTree(join(images, name))
  const root = join(images, `.making-${randomBytes(4).toString('hex')}`)
  const name = `debian-12-${options.architecture}-${recipeHash(DEBIAN_12)}`
  try {
    await installPackages(root, DEBIAN_12, options)
    await applyRecipe(root, DEBIAN_12)
    await rename(root, join(images, name))
  } catch (error) {
    await removeTree(root)
    options.signal?.throwIfAborted()
    throw new KhwError(
      'BUILD_FAILED',
      `The machine image could not be made: ${messageOf(error)}`,
      [
        'Check that the Debian mirror of this machine can be reached: apt-get update',
        `Check that there are 2 GB free at ${images}: df -h ${images}`,
        'Try again: khw local setup',
      ],
      {cause: error},
    )
  }
  return {directory: join(images, name), architecture: options.architecture, name}
}

/** Roughly what apt and dpkg say while one package is unpacked and configured; some are configured twice. */
const STEPS_PER_PACKAGE = 2.5

async function installPackages(root: string, recipe: ImageRecipe, options: BuildOptions): Promise<void> {
  const mirror = await hostMirror()
  // Named packages bring some five times as many with them; the bar need not be exact.
  const expected = (90 + recipe.packages.length * 4) * STEPS_PER_PACKAGE
  let steps = 0
  options.onProgress('Making the machine image (Debian 12): downloading packages', 0)
  // The kernel tells it to end should this process vanish; what it has mounted is in a namespace that ends with it.
  const command = [
    '--pdeathsig',
    'TERM',
    'unshare',
    '--mount',
    'mmdebstrap',
    ...mmdebstrapArguments(root, recipe, options.architecture),
  ]
  await run('setpriv', command, {
    input: sourceList(mirror, recipe.suite),
    ...(options.signal === undefined ? {} : {signal: options.signal}),
    onOutput: text => {
      const lines = text.split('\n').filter(line => /^(Unpacking|Setting up) /.test(line))
      const last = lines.at(-1)
      if (last === undefined) return
      steps += lines.length
      const [, verb = '', packageName = ''] = /^(Unpacking|Setting up) ([^ :]+)/.exec(last) ?? []
      const doing = `${verb.toLowerCase()} ${packageName}`
      options.onProgress(`Making the machine image (Debian 12): ${doing}`, Math.min(0.99, steps / expected))
    },
  })
}

/** The source list is read from standard input; see mmdebstrap(1). */
export function mmdebstrapArguments(root: string, recipe: ImageRecipe, architecture: Architecture): string[] {
  const without = ['man', 'doc', 'locale', 'info', 'lintian'].map(kind => `path-exclude=/usr/share/${kind}/*`)
  return [
    '--mode=root',
    '--format=directory',
    '--variant=minbase',
    '--verbose',
    `--architectures=${architecture}`,
    '--aptopt=Apt::Install-Recommends "false"',
    ...['force-unsafe-io', ...without, 'path-include=/usr/share/doc/*/copyright'].map(option => `--dpkgopt=${option}`),
    `--include=${recipe.packages.join(',')}`,
    ...recipe.removed.map(pattern => `--customize-hook=rm -f "$1"/${pattern}`),
    recipe.suite,
    root,
    '-',
  ]
}

async function applyRecipe(root: string, recipe: ImageRecipe): Promise<void> {
  for (const file of recipe.files) {
    const path = join(root, file.path)
    await mkdir(dirname(path), {recursive: true})
    await writeFile(path, file.content)
    await chmod(path, file.executable === true ? 0o755 : 0o644)
  }
  for (const [link, target] of Object.entries(recipe.links)) {
    const path = join(root, 'etc/systemd', link)
    await mkdir(dirname(path), {recursive: true})
    await rm(path, {force: true})
    await symlink(target, path)
  }
}
