import type {ArtifactSet} from '../artifacts/artifact.js'
import {ETCD_LOCAL_URL} from './etcd.js'
import type {PlacedNode, Role} from '../cluster/addressing.js'
import {installedPath} from './installed-programs.js'
import {STATE} from './fetch-script.js'
import {PATHS} from './paths.js'
import {shellQuote} from './shell-quote.js'

/** Commands (POSIX sh, for root) that steps and checks run on nodes. */

const HAS_MEMBER = `[ -d ${PATHS.etcdData}/member ]`

/** Prints the units that a node has of khw and that do not run, `kube-scheduler inactive`, one a line. */
export const IDLE_UNITS_COMMAND = `for unit in ${STATE}/units/*.*; do
  state=$(systemctl is-active "\${unit##*/}")
  case $state in active | reloading) ;; *) unit=\${unit##*/}; echo "\${unit%.service} $state" ;; esac
done`

/** Exits 0 once the member of this node serves linearised reads, that is, has a quorum. Controllers only. */
export function etcdHealthCommand(artifacts: ArtifactSet): string {
  return `${etcdctl(artifacts)} --command-timeout=3s endpoint health`
}

/**
 * Prints etcd's members as this node's member sees them, one a line: id, `started` or `unstarted`, name, peer URLs,
 * client URLs (empty until it first ran), learner, separated by comma and blank. Nothing if etcd never ran here.
 */
export function etcdMembersCommand(artifacts: ArtifactSet): string {
  return `if ${HAS_MEMBER}; then ${etcdctl(artifacts)} --command-timeout=3s member list; fi`
}

/**
 * Prints how this node's member began, `new` or `existing`, or `none` if it never ran. What its unit says must stay: a
 * changed unit restarts it.
 */
export const ETCD_BEGAN_COMMAND = `if ! ${HAS_MEMBER}; then echo none; elif grep -qs initial-cluster-state=existing /etc/systemd/system/etcd.service; then echo existing; else echo new; fi`

/** Exits with 0 once the members have agreed that the one with this id is none of them. */
export function removeEtcdMemberCommand(artifacts: ArtifactSet, id: string): string {
  return `${etcdctl(artifacts)} --command-timeout=5s member remove ${shellQuote(id)}`
}

/** Exits with 0 once the members have agreed on a new one, which is then to be started with `existing`. */
export function addEtcdMemberCommand(artifacts: ArtifactSet, node: PlacedNode): string {
  return `${etcdctl(artifacts)} --command-timeout=5s member add ${shellQuote(node.name)} --peer-urls=https://${node.privateIp}:2380`
}

/** Prints `etcd <size of its data, bytes> <quota, bytes> <alarms>` of this node's member. */
export function etcdStatusCommand(artifacts: ArtifactSet): string {
  const ctl = `${etcdctl(artifacts)} --command-timeout=5s`
  return `pid=$(systemctl show -p MainPID --value etcd.service)
quota=$(tr '\\0' '\\n' <"/proc/$pid/cmdline" | sed -n 's/^--quota-backend-bytes=//p')
size=$(${ctl} endpoint status -w json | sed -n 's/.*"dbSize":\\([0-9]*\\).*/\\1/p')
[ -n "$size" ] || exit 1
echo "etcd $size \${quota:-2147483648} $(${ctl} alarm list | tr '\\n' ' ')"`
}

/** Prints the value of one key as etcd holds it, in base64: `/registry/secrets/default/name`. Empty if there is none. */
export function readEtcdKeyCommand(artifacts: ArtifactSet, key: string): string {
  return `${etcdctl(artifacts)} --command-timeout=5s get --print-value-only ${shellQuote(key)} | base64 -w 0`
}

/**
 * Prints which keys below `/registry/<resource>/` have a value that does not begin with `begin` (a text without regular
 * expressions in it), one a line: `/registry/secrets/default/name`. Values stay on the node.
 *
 * It reads a hundred at a time. No name has a character as small as that which the next hundred begin behind.
 */
export function otherValuesCommand(artifacts: ArtifactSet, resource: string, begin: string): string {
  const from = `/registry/${resource}/`
  return `from=${from}
while :; do
  page=$(${etcdctl(artifacts)} --command-timeout=20s get "$from" /registry/${resource}0 --limit=100 -w fields | sed -n \\
    -e '/^"Key" : /h' -e '/^"Value" : "${begin}/{g;s/^"Key" : "\\(.*\\)"$/= \\1/p;d}' \\
    -e '/^"Value" : /{g;s/^"Key" : "\\(.*\\)"$/! \\1/p}' -e '/^"Count" : /p')
  case $page in *'"Count" : '*) ;; *) exit 1 ;; esac
  last=$(printf '%s\\n' "$page" | sed -n 's/^[=!] //p' | tail -n 1)
  [ -n "$last" ] || break
  printf '%s\\n' "$page" | sed -n 's/^! //p'
  from="$last!"
done`
}

const UNITS: Readonly<Record<Role, string>> = {
  controller: 'etcd kube-apiserver kube-controller-manager kube-scheduler',
  worker: 'containerd haproxy kubelet kube-proxy',
}

/** Prints those of the node's units that systemd has still something to do with, one a line. */
export function unitJobsCommand(role: Role): string {
  return `for unit in ${UNITS[role]}; do [ -z "$(systemctl show -p Job --value $unit.service)" ] || echo $unit; done`
}

function etcdctl(artifacts: ArtifactSet): string {
  const {certificate, privateKey} = PATHS.etcdHealthcheckClient
  const program = installedPath(artifacts, 'etcdctl', 'controller')
  return `${program} --endpoints=${ETCD_LOCAL_URL} --cacert=${PATHS.etcdCaForClients} --cert=${certificate} --key=${privateKey}`
}
