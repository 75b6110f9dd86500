import {join} from 'node:path'
import {typesOf, type GoType} from './go-source.js'
import {versionsOf} from './make-etcd.js'
import {filesAt} from './sources.js'

const LINES = ['1.6', '1.7', '2.0', '2.1', '2.2', '2.3']

/** By the first number of the version: the CRI plugins, each with the Go type of its configuration. */
const PLUGINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1': {'io.containerd.grpc.v1.cri': 'PluginConfig'},
  '2': {'io.containerd.cri.v1.images': 'ImageConfig', 'io.containerd.cri.v1.runtime': 'RuntimeConfig'},
}

const CONFIG_FOLDERS = ['internal/cri/config', 'pkg/cri/config']
const RUNC_OPTIONS_FOLDERS = [
  'api/types/runc/options',
  'vendor/github.com/containerd/containerd/api/types/runc/options',
  'runtime/v2/runc/options',
]

/** Keys of the CRI plugins' tables, dotted from the plugin on, `*` for a name of one's own, with the lines that know each. */
export function containerdKeys(clones: string): ReadonlyMap<string, string> {
  const clone = join(clones, 'containerd', 'containerd')
  const known = new Map<string, string[]>()
  for (const line of LINES) {
    const tag = `v${versionsOf(clone, line).at(-1) ?? ''}`
    const types = new Map(first(clone, tag, CONFIG_FOLDERS).flatMap(text => [...typesOf(text, 'toml').types]))
    const options = runcOptions(first(clone, tag, RUNC_OPTIONS_FOLDERS))
    for (const [plugin, type] of Object.entries(PLUGINS[line.charAt(0)] ?? {})) {
      for (const key of keysOf(types, type, plugin)) {
        const all = key.endsWith('.runtimes.*.options') ? [key, ...options.map(name => `${key}.${name}`)] : [key]
        for (const each of all) known.set(each, [...(known.get(each) ?? []), line])
      }
    }
  }
  return new Map([...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, lines]) => [key, lines.join(' ')]))
}

function first(clone: string, tag: string, folders: readonly string[]): string[] {
  return folders.map(folder => [...filesAt(clone, tag, folder).values()]).find(files => files.length > 0) ?? []
}

function keysOf(types: ReadonlyMap<string, GoType>, name: string, prefix: string): string[] {
  const type = types.get(name)
  if (type?.kind !== 'struct') return []
  return type.fields.flatMap(({key, type: of}) => {
    const map = /^map\[string\](\w+)$/.exec(of)?.[1]
    if (key === undefined) return keysOf(types, of, prefix)
    const path = `${prefix}.${key}`
    if (map !== undefined && map !== 'any') return [path, `${path}.*`, ...keysOf(types, map, `${path}.*`)]
    return [path, ...keysOf(types, of, path)]
  })
}

/** The options of the runc runtime are a protocol buffer: in TOML its fields have their Go names. */
function runcOptions(sources: readonly string[]): string[] {
  const body =
    sources.map(text => /type Options struct \{([\s\S]*?)\n\}/.exec(text)?.[1]).find(text => text !== undefined) ?? ''
  return [...body.matchAll(/^\t([A-Z]\w*)\s.*protobuf:/gm)].map(match => match[1] ?? '')
}
