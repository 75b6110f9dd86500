import {readFileSync} from 'node:fs'
import {inRange} from './ranges.js'

/** What releases know, as the tables beside this file have it; README.md says where that is from. */
export interface Facts {
  /** Flags among these that a program of a minor of Kubernetes does not know. */
  readonly unknownFlags: (program: string, minor: number, flags: readonly string[]) => string[]
  /** Flags among these that a version of etcd does not know. */
  readonly unknownEtcdFlags: (version: string, flags: readonly string[]) => string[]
  /** Keys among these, each the whole way to it from the plugin's name on, that a version of containerd does not know. */
  readonly unknownContainerdKeys: (version: string, keys: readonly (readonly string[])[]) => string[]
  /**
   * The kinds and fields of an object, and of the objects within it, that a minor of Kubernetes does not know:
   * `v1 Thing`, `KubeletConfiguration.authentication.x`.
   */
  readonly unknownFields: (minor: number, object: unknown) => string[]
}

export function readFacts(): Facts {
  const flags = new Map(
    table('kubernetes-flags.txt').map(([program = '', name = '', range = '']) => [`${program} ${name}`, range]),
  )
  const types = table('kubernetes-types.txt').map(([type = '', field = '', ...rest]) => ({
    type,
    field,
    of: rest.slice(0, -1).join(' '),
    range: rest.at(-1) ?? '',
  }))
  const etcd = new Map(table('etcd-flags.txt').map(([name = '', ...since]) => [name, since]))
  const containerd = new Map(table('containerd-keys.txt').map(([key = '', ...lines]) => [key, lines]))
  const structs = new Map<number, Structs>()
  const structsOf = (minor: number): Structs => {
    const known = structs.get(minor) ?? new Structs(types.filter(({range}) => inRange(range, minor)))
    structs.set(minor, known)
    return known
  }
  return {
    unknownFlags: (program, minor, names) =>
      names.filter(name => !inRange(flags.get(`${program} ${name}`) ?? '', minor)),
    unknownEtcdFlags: (version, names) =>
      names.filter(
        name => !(etcd.get(name) ?? []).some(since => sameLine(since, version) && patchOf(since) <= patchOf(version)),
      ),
    unknownContainerdKeys: (version, keys) =>
      keys
        .filter(
          key =>
            ![...containerd].some(
              ([pattern, lines]) => matches(pattern, key) && lines.some(line => sameLine(`${line}.0`, version)),
            ),
        )
        .map(key => key.join('.')),
    unknownFields: (minor, object) => structsOf(minor).unknown(object),
  }
}

interface FieldRow {
  readonly type: string
  readonly field: string
  readonly of: string
}

class Structs {
  readonly #kinds = new Map<string, string>()
  readonly #fields = new Map<string, Map<string, string>>()

  constructor(rows: readonly FieldRow[]) {
    for (const {type, field, of} of rows) {
      // kind apiVersion Kind type
      if (type === 'kind') this.#kinds.set(`${field} ${of.split(' ')[0] ?? ''}`, of.split(' ')[1] ?? '')
      else this.#fields.set(type, (this.#fields.get(type) ?? new Map<string, string>()).set(field, of))
    }
  }

  unknown(object: unknown): string[] {
    if (!isRecord(object) || typeof object['apiVersion'] !== 'string' || typeof object['kind'] !== 'string') {
      return ['an object without apiVersion and kind']
    }
    const type = this.#kinds.get(`${object['apiVersion']} ${object['kind']}`)
    return type === undefined
      ? [`${object['apiVersion']} ${object['kind']}`]
      : this.#within(type, object, object['kind'])
  }

  #within(type: string, value: unknown, path: string): string[] {
    if (value === undefined || value === null) return []
    if (type === 'any') return isRecord(value) && 'kind' in value ? this.unknown(value) : []
    if (type === 'value') return typeof value === 'object' ? [`${path} (is no object)`] : []
    if (type.startsWith('[]')) {
      if (!Array.isArray(value)) return [`${path} (is a list)`]
      return value.flatMap((each, i) => this.#within(type.slice(2), each, `${path}[${i}]`))
    }
    if (!isRecord(value)) return [`${path} (is an object)`]
    if (type.startsWith('{}')) {
      return Object.entries(value).flatMap(([key, each]) => this.#within(type.slice(2), each, `${path}.${key}`))
    }
    const fields = this.#fields.get(type)
    return Object.entries(value).flatMap(([key, each]) => {
      const of = fields?.get(key)
      return of === undefined ? [`${path}.${key}`] : this.#within(of, each, `${path}.${key}`)
    })
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function matches(pattern: string, key: readonly string[]): boolean {
  // A plugin's name has dots of its own; no key below it has.
  const [plugin = '', ...rest] = key
  if (!pattern.startsWith(`${plugin}.`)) return false
  const parts = pattern.slice(plugin.length + 1).split('.')
  return parts.length === rest.length && parts.every((part, i) => part === '*' || part === rest[i])
}

function sameLine(a: string, b: string): boolean {
  return a.split('.').slice(0, 2).join('.') === b.split('.').slice(0, 2).join('.')
}

function patchOf(version: string): number {
  return Number(/^\d+\.\d+\.(\d+)/.exec(version)?.[1])
}

function table(file: string): string[][] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(' '))
}
