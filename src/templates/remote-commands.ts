import type {ArtifactSet} from '../artifacts/artifact.js'
import {ETCD_LOCAL_URL} from './etcd.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {shellQuote} from './shell-quote.js'

/** Commands (POSIX sh, for root) that steps and checks run on nodes. */

/** Exits 0 once the member of this node serves linearised reads, that is, has a quorum. Controllers only. */
export function etcdHealthCommand(artifacts: ArtifactSet): string {
  return `${etcdctl(artifacts)} --command-timeout=3s endpoint health`
}

/** Prints etcd's members as this node's sees them: JSON of etcdctl, `{"members":[{"ID","name","peerURLs","clientURLs"}]}`. */
export function etcdMembersCommand(artifacts: ArtifactSet): string {
  return `${etcdctl(artifacts)} --command-timeout=3s member list --write-out=json`
}

/** Prints the value of one key as etcd holds it, in base64: `/registry/secrets/default/name`. Empty if there is none. */
export function readEtcdKeyCommand(artifacts: ArtifactSet, key: string): string {
  return `${etcdctl(artifacts)} --command-timeout=5s get --print-value-only ${shellQuote(key)} | base64 -w 0`
}

function etcdctl(artifacts: ArtifactSet): string {
  const {certificate, privateKey} = PATHS.etcdHealthcheckClient
  const program = installedPath(artifacts, 'etcdctl', 'controller')
  return `${program} --endpoints=${ETCD_LOCAL_URL} --cacert=${PATHS.etcdCaForClients} --cert=${certificate} --key=${privateKey}`
}
