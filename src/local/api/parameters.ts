import {createHash} from 'node:crypto'
import {ApiError, missingParameter} from './api-error.js'

interface Node {
  value?: string
  readonly children: Map<string, Node>
}

/**
 * The parameters of a request in EC2's query protocol: `Filter.1.Value.2=x` is the second value of the first filter.
 * It remembers what was asked for, so that a parameter nobody reads can be refused instead of being ignored.
 */
export class Parameters {
  private readonly asked = new Set<string>()
  private readonly nested: Parameters[] = []

  private constructor(
    private readonly node: Node,
    private readonly path: string,
  ) {}

  static fromForm(form: URLSearchParams): Parameters {
    return Parameters.read(form, name => name.split('.'))
  }

  /** Of the AWS query protocol, which says `Tags.member.1.Key` where EC2 says `Tag.1.Key`: read as `Tags.1.Key`. */
  static fromQueryForm(form: URLSearchParams): Parameters {
    return Parameters.read(form, name =>
      name.split('.').filter((part, at, parts) => part !== 'member' || !/^\d+$/.test(parts[at + 1] ?? '')),
    )
  }

  private static read(form: URLSearchParams, pathOf: (name: string) => readonly string[]): Parameters {
    const root: Node = {children: new Map()}
    for (const [name, value] of form) {
      let node = root
      for (const part of pathOf(name)) {
        const next = node.children.get(part) ?? {children: new Map()}
        node.children.set(part, next)
        node = next
      }
      node.value = value
    }
    return new Parameters(root, '')
  }

  optional(name: string): string | undefined {
    this.asked.add(name)
    return this.node.children.get(name)?.value
  }

  /** Throws MissingParameter, also for an empty value. */
  required(name: string): string {
    const value = this.optional(name)
    if (value === undefined || value === '') throw missingParameter(this.path + name)
    return value
  }

  flag(name: string): boolean | undefined {
    const value = this.optional(name)
    if (value === undefined) return undefined
    if (/^true$/i.test(value)) return true
    if (/^false$/i.test(value)) return false
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${value}' for ${this.path}${name}. It must be true or false.`,
    )
  }

  integer(name: string): number | undefined {
    const value = this.optional(name)
    if (value === undefined) return undefined
    if (!/^-?\d{1,10}$/.test(value))
      throw new ApiError(
        'InvalidParameterValue',
        `Invalid value '${value}' for ${this.path}${name}. It must be an integer.`,
      )
    return Number(value)
  }

  /** Values of `Name.1`, `Name.2`...; empty if there are none. */
  list(name: string): string[] {
    return this.entries(name).flatMap(([, node]) => node.value ?? [])
  }

  /** Members of a structure (`Name.Member`); undefined if there are none. */
  group(name: string): Parameters | undefined {
    this.asked.add(name)
    const node = this.node.children.get(name)
    return node === undefined || node.children.size === 0 ? undefined : this.nest(node, `${this.path}${name}.`)
  }

  /** Structures in a list (`Name.1.Member`); empty if there are none. */
  groups(name: string): Parameters[] {
    return this.entries(name).map(([index, node]) => this.nest(node, `${this.path}${name}.${index}.`))
  }

  /** Accepts one value of a parameter, in any case; throws UnsupportedOperation, which names it, for all others. */
  only(name: string, value: string): void {
    const sent = this.optional(name)
    if (sent === undefined || sent.toLowerCase() === value.toLowerCase()) return
    throw new ApiError('UnsupportedOperation', `${this.path}${name} can only be ${value} in this region, not ${sent}.`)
  }

  /** Marks parameters that are accepted and make no difference here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.asked.add(name)
  }

  /** Names of the parameters that were sent and never asked for, sorted. */
  unread(): string[] {
    const own = [...this.node.children.keys()].filter(name => !this.asked.has(name)).map(name => this.path + name)
    return [...own, ...this.nested.flatMap(parameters => parameters.unread())].sort()
  }

  /** Everything that was sent, by its full name: `Filter.1.Value.2`. Does not count as asking for it. */
  sent(): [string, string][] {
    const walk = (node: Node, path: string): [string, string][] => [
      ...(node.value === undefined ? [] : [[path, node.value] satisfies [string, string]]),
      ...[...node.children].flatMap(([name, child]) => walk(child, path === '' ? name : `${path}.${name}`)),
    ]
    return walk(this.node, '')
  }

  /** A hash of everything that was sent, but for the members named: equal requests have equal hashes. */
  fingerprint(except: readonly string[]): string {
    const lines: string[] = []
    const walk = (node: Node, path: string): void => {
      if (node.value !== undefined) lines.push(JSON.stringify([path, node.value]))
      for (const [name, child] of node.children)
        if (path !== '' || !except.includes(name)) walk(child, `${path}.${name}`)
    }
    walk(this.node, '')
    return createHash('sha256').update(lines.sort().join('\n')).digest('hex')
  }

  private entries(name: string): [string, Node][] {
    this.asked.add(name)
    const node = this.node.children.get(name)
    if (node === undefined) return []
    for (const index of node.children.keys()) {
      if (!/^\d{1,6}$/.test(index))
        throw new ApiError('InvalidParameterValue', `'${this.path}${name}.${index}' is not an entry of a list.`)
    }
    return [...node.children].sort(([a], [b]) => Number(a) - Number(b))
  }

  private nest(node: Node, path: string): Parameters {
    const parameters = new Parameters(node, path)
    this.nested.push(parameters)
    return parameters
  }
}
