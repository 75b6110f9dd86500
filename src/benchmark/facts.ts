import type {Role} from '../cluster/addressing.js'
import type {Release} from '../kubernetes/releases.js'
import {yamlValue} from '../yaml.js'

export const PROGRAMS = {
  controller: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'],
  worker: ['kubelet', 'kube-proxy'],
} as const satisfies Readonly<Record<Role, readonly string[]>>

export type Program = (typeof PROGRAMS)[Role][number]

/** What the checks know of one node, whether it was read there (live-node.ts) or from what it is to get (bundle-facts.ts). */
export interface NodeFacts {
  readonly name: string
  readonly role: Role
  readonly about: ClusterTraits
  /** The programs that run. */
  readonly programs: ReadonlyMap<Program, RunningProgram>
  /** Files and directories in the places that checks look at, and those that a program is told by a flag. */
  readonly files: readonly FileFact[]
  /** What configuration files say, by path, keys blanked; undefined of one that is no YAML. */
  readonly documents: ReadonlyMap<string, unknown>
}

/** What decides whether a check can be passed at all. */
export interface ClusterTraits {
  readonly release: Release
  /** Images come as archives: there is no registry to pull them from again. */
  readonly importsImages: boolean
}

export interface RunningProgram {
  /** Path of the unit file. */
  readonly unit: string
  /** Its arguments, itself left out. */
  readonly argv: readonly string[]
}

export interface FileFact {
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** Permission bits. */
  readonly mode: number
  /** `root:root` */
  readonly owner: string
}

/** The value of `--name=value` or `--name value`, `true` of a bare `--name`; the last one counts. Undefined if it is not there. */
export function flagOf(argv: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (const [index, word] of argv.entries()) {
    if (word.startsWith(`--${name}=`)) found = word.slice(name.length + 3)
    else if (word === `--${name}`) {
      const next = argv[index + 1]
      found = next === undefined || next.startsWith('-') ? 'true' : next
    }
  }
  return found
}

export function fileAt(facts: NodeFacts, path: string): FileFact | undefined {
  return facts.files.find(file => file.path === path)
}

/** A file or directory and all that is below it. */
export function filesBelow(facts: NodeFacts, directory: string): readonly FileFact[] {
  return facts.files.filter(({path}) => path === directory || path.startsWith(`${directory}/`))
}

/** Undefined of a text that is no YAML. */
export function yamlOf(text: string): unknown {
  try {
    return yamlValue(text)
  } catch {
    return undefined
  }
}
