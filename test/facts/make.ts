import {writeFileSync} from 'node:fs'
import {NEWEST_MINOR, OLDEST_MINOR} from '../../src/kubernetes/releases.js'
import {containerdKeys} from './make-containerd.js'
import {etcdFlags} from './make-etcd.js'
import {kubernetesFlags} from './make-flags.js'
import {kubernetesTypes} from './make-types.js'

/** Writes the tables beside it anew: `node --import tsx test/facts/make.ts CLONES` (README.md says what is in CLONES). */
const [clones] = process.argv.slice(2)
if (clones === undefined) throw new RangeError('say which directory has the clones, as README.md describes them')

const minors = Array.from({length: NEWEST_MINOR - OLDEST_MINOR + 1}, (_, i) => OLDEST_MINOR + i)
const {flags, gaps} = kubernetesFlags(clones, minors)
const types = kubernetesTypes(clones, minors)

write(
  'kubernetes-flags.txt',
  Object.entries(flags).flatMap(([program, names]) => linesOf(names).map(line => `${program} ${line}`)),
)
write('kubernetes-types.txt', linesOf(types.lines))
write('etcd-flags.txt', linesOf(etcdFlags(clones)))
write('containerd-keys.txt', linesOf(containerdKeys(clones)))
process.stdout.write(
  `Not read, and taken from the minors around:\n${[...gaps, ...types.gaps].map(gap => `  ${gap}\n`).join('')}`,
)

function linesOf(names: ReadonlyMap<string, string>): string[] {
  return [...names].map(([name, where]) => `${name} ${where}`)
}

function write(file: string, lines: readonly string[]): void {
  writeFileSync(new URL(file, import.meta.url), lines.map(line => `${line}\n`).join(''))
}
