import {spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {commandPath} from '../host/run.js'
import {identify, type ProcessIdentity} from '../../process-identity.js'
import {NSPAWN_ENVIRONMENT} from './nspawn.js'

export interface SupervisorOptions {
  /** Directories of the machine's cgroups; empty where somebody else makes them. */
  readonly cgroups: readonly string[]
  /** The machine's network namespace. */
  readonly namespace: string
  /** The link in it that is there before the machine. */
  readonly link: string
  readonly command: readonly string[]
  /** File that the console is appended to. */
  readonly console: string
}

/**
 * Runs a machine, again each time it reboots: systemd-nspawn ends with 133 then. A machine that reboots loses what
 * its kernel held in memory; the network namespace outlives it here, so filters and links made inside are taken out.
 */
const SCRIPT = `
cgroups=$1 namespace=$2 link=$3
shift 3
while :; do
  (
    for group in $cgroups; do echo 0 >"$group/cgroup.procs" || exit 1; done
    exec "$@"
  )
  code=$?
  [ "$code" -eq 133 ] || exit "$code"
  ip netns exec "$namespace" nft flush ruleset
  for path in $(ip netns exec "$namespace" ls /sys/class/net); do
    case $path in lo | "$link") ;; *) ip -n "$namespace" link delete "$path" 2>/dev/null ;; esac
  done
done
`

/** Starts a supervisor that outlives this process. Throws if it ended at once. */
export function startSupervisor(options: SupervisorOptions): ProcessIdentity {
  const console = openSync(options.console, 'a', 0o600)
  try {
    const words = [options.cgroups.join(' '), options.namespace, options.link, ...options.command]
    const child = spawn('sh', ['-c', SCRIPT, 'machine', ...words], {
      detached: true,
      stdio: ['ignore', console, console],
      cwd: '/',
      env: {PATH: commandPath(), ...NSPAWN_ENVIRONMENT},
    })
    child.unref()
    const identity = child.pid === undefined ? undefined : identify(child.pid)
    if (!identity) throw new Error('the process that runs the machine did not start')
    return identity
  } finally {
    closeSync(console)
  }
}
