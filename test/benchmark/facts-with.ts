import {yamlOf, type FileFact, type NodeFacts, type Program} from '../../src/benchmark/facts.js'
import {releaseOf} from '../../src/kubernetes/releases.js'

export interface FactsInput {
  readonly name?: string
  readonly role?: NodeFacts['role']
  /** argv by program. */
  readonly programs?: Partial<Readonly<Record<Program, readonly string[]>>>
  /** `640 root:root` by path. */
  readonly files?: Readonly<Record<string, string>>
  readonly texts?: Readonly<Record<string, string>>
}

/** A node of which only the given is known. */
export function factsWith({name = 'controller-1', role = 'controller', ...rest}: FactsInput): NodeFacts {
  const {programs = {}, files = {}, texts = {}} = rest
  return {
    name,
    role,
    about: {release: releaseOf('1.36.2'), importsImages: false},
    programs: new Map(
      (Object.entries(programs) as [Program, readonly string[]][]).map(([program, argv]) => [
        program,
        {unit: `/etc/systemd/system/${program}.service`, argv},
      ]),
    ),
    files: Object.entries(files).map(([path, text]): FileFact => {
      const [mode = '', owner = ''] = text.split(' ')
      return {path, kind: 'file', mode: Number.parseInt(mode, 8), owner}
    }),
    documents: new Map(Object.entries(texts).map(([path, text]) => [path, yamlOf(text)])),
  }
}
