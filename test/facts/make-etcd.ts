import {join} from 'node:path'
import {flagsOf} from './go-source.js'
import {filesAt, git} from './sources.js'

/** Lines of releases that khw's versions are of. */
const LINES = ['3.4', '3.5', '3.6', '3.7']

/** Where etcd registers its flags: 3.4 has its packages at the top, and 3.6 moved the flags to `embed`. */
const FOLDERS = ['etcdmain', 'embed', 'server/etcdmain', 'server/embed']

/** Each flag with the first version of each line that knows it: `3.4.25 3.5.8 3.6.0`. */
export function etcdFlags(clones: string): ReadonlyMap<string, string> {
  const clone = join(clones, 'etcd-io', 'etcd')
  const since = new Map<string, string[]>()
  for (const line of LINES) {
    const seen = new Set<string>()
    for (const version of versionsOf(clone, line)) {
      for (const name of flagsAt(clone, version)) {
        if (seen.has(name)) continue
        seen.add(name)
        since.set(name, [...(since.get(name) ?? []), version])
      }
    }
  }
  return new Map([...since].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, versions]) => [name, versions.join(' ')]))
}

/** The releases of a line, oldest first. */
export function versionsOf(clone: string, line: string): string[] {
  const tags = git(clone, ['tag', '--list', `v${line}.*`, '--sort=version:refname']) ?? ''
  return [...tags.matchAll(/^v(\d+\.\d+\.\d+)$/gm)].map(match => match[1] ?? '')
}

function flagsAt(clone: string, version: string): Set<string> {
  const packages = FOLDERS.map(folder => filesAt(clone, `v${version}`, folder))
  return new Set(
    packages.flatMap(files =>
      flagsOf([...files].filter(([name]) => name === 'config.go').map(([, text]) => text)).map(({name}) => name),
    ),
  )
}
