import {existsSync, readdirSync, rmSync, statfsSync} from 'node:fs'
import {join} from 'node:path'
import {run} from '../host/run.js'

/** Where iproute2 keeps named network namespaces (ip-netns(8)). */
const DIRECTORY = '/run/netns'
/** `NSFS_MAGIC` of linux/magic.h: the file is a namespace, not what a crash left of `ip netns add`. */
const NSFS_MAGIC = 0x6e736673

export function namespacePath(name: string): string {
  return join(DIRECTORY, name)
}

export function namespaceExists(name: string): boolean {
  return existsSync(namespacePath(name)) && statfsSync(namespacePath(name)).type === NSFS_MAGIC
}

/** Names of all network namespaces that begin with `prefix`, also of half-made ones. */
export function namespacesOf(prefix: string): string[] {
  if (!existsSync(DIRECTORY)) return []
  return readdirSync(DIRECTORY)
    .filter(name => name.startsWith(prefix))
    .sort()
}

export async function addNamespaces(names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  for (const name of names) if (existsSync(namespacePath(name))) rmSync(namespacePath(name))
  await ipBatch(
    [],
    names.map(name => `netns add ${name}`),
  )
}

/** Removes those that exist. Processes in them keep running, in a namespace without name or links. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  const real = names.filter(namespaceExists)
  if (real.length > 0)
    await ipBatch(
      [],
      real.map(name => `netns del ${name}`),
    )
  for (const name of names) rmSync(namespacePath(name), {force: true})
}

/** Runs `ip OPTIONS -batch` with one command a line; nothing where there are none. */
export async function ipBatch(options: readonly string[], commands: readonly string[]): Promise<void> {
  if (commands.length > 0) await run('ip', [...options, '-batch', '-'], {input: `${commands.join('\n')}\n`})
}

/**
 * Arguments for `run` of a program inside a namespace. Not `ip netns exec`: that also makes a mount namespace, and a
 * process that stays (services-process.ts) would hold on to every mount the host had when it started.
 */
export function inside(namespace: string, program: string, args: readonly string[]): [string, string[]] {
  return ['nsenter', [`--net=${namespacePath(namespace)}`, '--', program, ...args]]
}
