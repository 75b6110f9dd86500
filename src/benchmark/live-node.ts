import type {Role} from '../cluster/addressing.js'
import {
  PROGRAMS,
  yamlOf,
  type ClusterTraits,
  type FileFact,
  type NodeFacts,
  type Program,
  type RunningProgram,
} from './facts.js'

/** Where files of both kinds of nodes are that checks look at. */
const PLACES = ['/etc/kubernetes', '/etc/etcd', '/var/lib/cni/networks', '/etc/cni/net.d', '/var/lib/kube-proxy']

/** Flags that name a file whose text counts. */
const CONFIGURATION = ['config', 'encryption-provider-config', 'authentication-config', 'admission-control-config-file']

/**
 * Prints, for root (POSIX sh), what the checks read of a node, in one go:
 *
 *     program kube-apiserver /etc/systemd/system/kube-apiserver.service <argv, NUL between, base64>
 *     file 600 root:root f /etc/kubernetes/admin.conf
 *     text /etc/kubernetes/encryption-config.yaml <content without keys, base64>
 *
 * A program that does not run has no line. It is read what runs: the arguments of the unit's main process, and the files
 * that those name.
 */
export function readNodeScript(role: Role): string {
  return `set -u
look() { find "$@" -printf 'file %m %u:%g %y %p\\n' 2>/dev/null; }
value() { sed -n "s/^--$2=//p" "$1" | tail -n 1; }
words=$(mktemp)
trap 'rm -f "$words"' EXIT
for program in ${PROGRAMS[role].join(' ')}; do
  unit=$(systemctl show -p FragmentPath --value "$program.service")
  pid=$(systemctl show -p MainPID --value "$program.service")
  [ -n "$unit" ] && [ "\${pid:-0}" -gt 0 ] && [ -r "/proc/$pid/cmdline" ] || continue
  echo "program $program $unit $(base64 -w 0 <"/proc/$pid/cmdline")"
  look "$unit" -maxdepth 0
  tr '\\0' '\\n' <"/proc/$pid/cmdline" >"$words"
  sed -n 's/^--[^=]*=\\(\\/.*\\)/\\1/p' "$words" | while read -r path; do look "$path" -maxdepth 0; done
  for flag in ${CONFIGURATION.join(' ')}; do
    path=$(value "$words" $flag)
    [ -f "$path" ] && echo "text $path $(sed 's/\\(secret\\|token\\|password\\): .*/\\1: hidden/' "$path" | base64 -w 0)"
  done
done
for place in ${PLACES.join(' ')}; do look "$place"; done
true
`
}

/** Of the script's output. Throws SyntaxError for a line that is none of its. */
export function parseNode(name: string, role: Role, about: ClusterTraits, output: string): NodeFacts {
  const programs = new Map<Program, RunningProgram>()
  const files = new Map<string, FileFact>()
  const documents = new Map<string, unknown>()
  for (const line of output.split('\n').filter(each => each !== '')) {
    const [kind, first = '', second = '', third = '', ...rest] = line.split(' ')
    if (kind === 'program' && isProgram(first)) {
      const [, ...argv] = decoded(third).split('\0').slice(0, -1)
      programs.set(first, {unit: second, argv})
    } else if (kind === 'file') {
      const path = rest.join(' ')
      const mode = Number.parseInt(first, 8) & 0o777
      files.set(path, {path, kind: third === 'd' ? 'directory' : 'file', mode, owner: second})
    } else if (kind === 'text') documents.set(first, yamlOf(decoded(second)))
    else throw new SyntaxError(`${name} said: ${line.slice(0, 80)}`)
  }
  return {name, role, about, programs, files: [...files.values()], documents}
}

function isProgram(name: string): name is Program {
  return Object.values(PROGRAMS).some(names => (names as readonly string[]).includes(name))
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}
