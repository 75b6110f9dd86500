import type {ArtifactSet} from '../artifacts/artifact.js'
import type {Check} from '../cluster/report.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {shellQuote} from './shell-quote.js'

export interface PodToUse {
  readonly namespace: string
  readonly name: string
  /** Serves its name over HTTP on it. */
  readonly port: number
  /** What its log says. */
  readonly greeting: string
  /** A name that it must be able to resolve; undefined: there is no DNS to ask. */
  readonly lookUp: string | undefined
}

/**
 * A command (POSIX sh, for root on a controller) that uses a pod as people do, by kubectl: its log, a program in it, a
 * port of it, and the cluster's DNS from within. Prints `NAME ok|failed DETAIL`, one line a check.
 */
export function usePodCommand(artifacts: ArtifactSet, {namespace, name, port, greeting, lookUp}: PodToUse): string {
  const kubectl = `${installedPath(artifacts, 'kubectl', 'controller')} --kubeconfig ${PATHS.adminConf} --namespace ${namespace} --request-timeout=20s`
  return `k() { timeout 25 ${kubectl} "$@" 2>&1; }
tell() { printf '%s %s %s\\n' "$1" "$2" "$(printf %s "$3" | tr '\\n' ' ' | cut -c 1-300)"; }
# use NAME WANTED COMMAND...: it exits with 0 and says what is wanted.
use() {
  name=$1 wanted=$2
  shift 2
  if out=$("$@" 2>&1); then
    case $out in *"$wanted"*) tell $name ok "$out"; return ;; esac
  fi
  tell $name failed "$out"
}
forward() {
  dir=$(mktemp -d)
  timeout 20 ${kubectl.replace(' --request-timeout=20s', '')} port-forward pod/${name} :${port} >"$dir/out" 2>&1 &
  pid=$!
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    local_port=$(sed -n 's/^Forwarding from 127\\.0\\.0\\.1:\\([0-9]*\\) .*/\\1/p' "$dir/out")
    [ -z "$local_port" ] || break
    sleep 0.3
  done
  if [ -n "$local_port" ]; then use port-forward ${name} curl -sS -m 5 "http://127.0.0.1:$local_port/"
  else tell port-forward failed "$(cat "$dir/out")"; fi
  kill $pid 2>/dev/null
  rm -rf "$dir"
}
use logs ${shellQuote(greeting)} k logs ${name} &
use exec ${name} k exec ${name} -- hostname &
${lookUp === undefined ? '' : `use dns '' k exec ${name} -- nslookup ${lookUp} &`}
forward &
wait
`
}

/** A command for a worker: asks a node port of each address, again for some seconds while none answers. Prints as above. */
export function askNodePortCommand(addresses: readonly string[], nodePort: number): string {
  return `ask() {
  for i in 1 2 3 4 5 6; do
    if out=$(curl -sS -m 2 "http://$1:${nodePort}/" 2>&1); then echo "$1 ok $out"; return; fi
    sleep 0.5
  done
  echo "$1 failed $out"
}
${addresses.map(address => `ask ${address} &`).join('\n')}
wait
`
}

/** Of what these commands print, in order of the names; a name without a line has failed. */
export function parseUses(names: readonly string[], output: string): readonly Check[] {
  const lines = output.split('\n').map(line => /^(\S+) (ok|failed) ?(.*)$/.exec(line))
  return names.map(name => {
    const [, , word, detail = ''] = lines.find(match => match?.[1] === name) ?? []
    return {name, ok: word === 'ok', detail: word === undefined ? 'it did not end' : detail.trim() || 'no output'}
  })
}
