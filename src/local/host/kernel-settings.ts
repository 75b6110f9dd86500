import {mkdir, readdir, readFile, rm, rmdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomically} from '../../write-file.js'

/**
 * Settings of the kernel that are of no namespace, so that a machine sets them for its host, and that node agents and
 * container runtimes set (their `--protect-kernel-defaults` and the like).
 */
const SHARED = [
  'vm.overcommit_memory',
  'vm.panic_on_oom',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.keys.root_maxkeys',
  'kernel.keys.root_maxbytes',
]

/** Where each region that has machines keeps what it found: gone with the next boot, as the settings are. */
export const SETTINGS_DIRECTORY = '/run/khw-kernel-settings'

interface Kept {
  /** Before there was a machine on this host. */
  readonly before: string
  /** What the machines have made of it; absent while it is as before. Whoever changes it after that is somebody else. */
  readonly changed?: string
}

type Found = Readonly<Record<string, Kept>>

export interface KernelSettingsOptions {
  /** The region's. */
  readonly prefix: string
  /** Whether another region has machines now, by its prefix: what a crash has left of others does not count. */
  readonly isAlive: (prefix: string) => boolean
  readonly directory?: string
  readonly proc?: string
}

/** Remembers the host's settings for as long as a region has machines, and puts back what these have changed. */
export class KernelSettings {
  readonly #own: string
  readonly #directory: string
  readonly #proc: string

  constructor(private readonly options: KernelSettingsOptions) {
    this.#directory = options.directory ?? SETTINGS_DIRECTORY
    this.#proc = options.proc ?? '/proc/sys'
    this.#own = join(this.#directory, `${options.prefix}.json`)
  }

  /** To be called before a machine boots. With other regions at work, what they found counts. */
  async hold(): Promise<void> {
    if ((await read(this.#own)) !== undefined) return
    const [found = {}] = await this.#others()
    const now = await this.#current()
    const kept = Object.fromEntries(
      Object.entries(now).map(([name, value]) => [name, {before: found[name]?.before ?? value}]),
    )
    await mkdir(this.#directory, {recursive: true, mode: 0o700})
    await this.#write(kept)
  }

  /** To be called from time to time while there are machines: what they change is remembered. */
  async note(): Promise<void> {
    const kept = await read(this.#own)
    if (kept === undefined) return
    const noted = withChanges(kept, await this.#current())
    if (JSON.stringify(noted) !== JSON.stringify(kept)) await this.#write(noted)
  }

  /** To be called once the last machine is gone. Resolves to what it put back: nothing while other regions have machines. */
  async release(): Promise<readonly string[]> {
    const kept = await read(this.#own)
    if (kept === undefined) return []
    const noted = withChanges(kept, await this.#current())
    const others = await this.#others()
    const restored = others.length === 0 ? await this.#restore(noted) : []
    await rm(this.#own, {force: true})
    // The other may have gone at the same time, and have seen this one.
    const late = others.length > 0 && (await this.#others()).length === 0 ? await this.#restore(noted) : []
    await rmdir(this.#directory).catch(() => undefined)
    return [...restored, ...late]
  }

  async #restore(kept: Found): Promise<readonly string[]> {
    const now = await this.#current()
    const ours = Object.entries(kept).filter(([name, {changed}]) => changed !== undefined && changed === now[name])
    for (const [name, {before}] of ours) await writeFile(this.#path(name), `${before}\n`)
    return ours.map(([name, {before}]) => `${name}=${before}`)
  }

  async #others(): Promise<readonly Found[]> {
    const names = await readdir(this.#directory).catch(() => [])
    const prefixes = names.flatMap(name => /^(\w+)\.json$/.exec(name)?.[1] ?? [])
    const alive = prefixes.filter(prefix => prefix !== this.options.prefix && this.options.isAlive(prefix))
    const records = await Promise.all(alive.map(prefix => read(join(this.#directory, `${prefix}.json`))))
    return records.filter(record => record !== undefined)
  }

  /** Of those that this kernel has. */
  async #current(): Promise<Readonly<Record<string, string>>> {
    const values = await Promise.all(
      SHARED.map(async name => [name, await readFile(this.#path(name), 'utf8').catch(() => undefined)] as const),
    )
    return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value.trim()]])))
  }

  #path(name: string): string {
    return join(this.#proc, name.replaceAll('.', '/'))
  }

  #write(kept: Found): Promise<void> {
    return writeFileAtomically(this.#own, JSON.stringify(kept), 0o600)
  }
}

function withChanges(kept: Found, now: Readonly<Record<string, string>>): Found {
  return Object.fromEntries(
    Object.entries(kept).map(([name, each]) => {
      const value = now[name]
      const isNew = each.changed === undefined && value !== undefined && value !== each.before
      return [name, isNew ? {...each, changed: value} : each]
    }),
  )
}

/** Undefined if there is none, or none that can be read. */
async function read(path: string): Promise<Found | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Found
  } catch {
    return undefined
  }
}
