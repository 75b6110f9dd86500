import {posix} from 'node:path'
import {
  PROGRAMS,
  yamlOf,
  type ClusterTraits,
  type FileFact,
  type NodeFacts,
  type Program,
  type RunningProgram,
} from '../../src/benchmark/facts.js'
import type {Role} from '../../src/cluster/addressing.js'
import type {NodeBundle} from '../../src/templates/bundle.js'

/** What the checks would read of a node once a bundle is applied to it and its units run. */
export function bundleFacts(name: string, role: Role, about: ClusterTraits, bundle: NodeBundle): NodeFacts {
  const programs = new Map<Program, RunningProgram>()
  const directories: FileFact[] = []
  /** Files by the path under which a unit sees them. */
  const credentials = new Map<string, string>()
  for (const program of PROGRAMS[role]) {
    const unit = `/etc/systemd/system/${program}.service`
    const text = bundle.files.find(file => file.path === unit)?.content
    if (text === undefined) continue
    const settings = new Map(
      text
        .replace(/\\\n\s*/g, ' ')
        .split('\n')
        .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    // systemd.unit(5), "Specifiers"; systemd.exec(5), "Credentials".
    const said: Readonly<Record<string, string>> = {
      '%%': '%',
      $$: '$',
      '${CREDENTIALS_DIRECTORY}': `/run/credentials/${program}.service`,
    }
    const words = (settings.get('ExecStart') ?? '').split(/\s+/)
    const [, ...argv] = words.map(word => word.replace(/%.|\$\$|\$\{\w+\}/g, each => said[each] ?? each))
    programs.set(program, {unit, argv})
    // systemd.exec(5): it copies what LoadCredential names to where the program finds it.
    for (const [, name = '', from = ''] of text.matchAll(/^LoadCredential=([^:\n]+):(.+)$/gm))
      credentials.set(`/run/credentials/${program}.service/${name}`, from)
    // It makes and owns what a StateDirectory names.
    const state = settings.get('StateDirectory')
    if (state !== undefined)
      directories.push({
        path: posix.join('/var/lib', state),
        kind: 'directory',
        mode: Number.parseInt(settings.get('StateDirectoryMode') ?? '0755', 8),
        owner: `${settings.get('User') ?? 'root'}:${settings.get('Group') ?? 'root'}`,
      })
  }
  const files = bundle.files.map(({path, mode, owner}): FileFact => ({
    path,
    kind: 'file',
    mode,
    owner: `${owner}:${owner}`,
  }))
  const yaml = bundle.files.filter(({path}) => path.endsWith('.yaml'))
  const documents = new Map(yaml.map(({path, content}) => [path, yamlOf(content)]))
  for (const [path, from] of credentials) if (documents.has(from)) documents.set(path, documents.get(from))
  return {name, role, about, programs, files: [...files, ...directories], documents}
}
