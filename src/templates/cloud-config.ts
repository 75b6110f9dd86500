import {gzipSync} from 'node:zlib'
import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterNode, PlacedNode} from '../cluster/addressing.js'
import {startExpiry, type Expiry} from './expiry.js'
import {FETCH_SCRIPT, fetchScript, STATE} from './fetch-script.js'
import {shellQuote} from './shell-quote.js'
import {START_FETCH} from './start-fetch.js'
import {yamlFile} from '../yaml.js'

export interface CloudConfigInput extends Expiry {
  readonly artifacts: ArtifactSet
  /** Without a private address if EC2 is to choose one. */
  readonly node: ClusterNode & Partial<PlacedNode>
  /** Of all downloads. */
  readonly environment?: Readonly<Record<string, string>>
  /** The machine's SSH host key, made before the machine: OpenSSH's private format, and the line of its public half. */
  readonly hostKey: {readonly privateKey: string; readonly publicKey: string}
}

/** EC2's limit for user data, before base64 (EC2 user guide, "Run commands at launch"). */
export const USER_DATA_LIMIT = 16 * 1024

/** What Debian takes for a machine's own name while it knows no better. */
const SOME_LOOPBACK = '127.0.1.1'

/**
 * User data of a node (https://cloudinit.readthedocs.io/en/latest/reference/modules.html): its name, its SSH host key,
 * the script that fetches its programs, started as soon as there is a network, and the timer that ends it. What cloud-init
 * would do besides and costs time (locale, packages) is off. Deterministic: a repeated RunInstances needs the same bytes.
 *
 * `bootcmd` runs before everything else and at every boot, so fetching that was cut short by a reboot goes on. `fqdn`
 * is there because cloud-init on Amazon Linux prefers it to `hostname`.
 */
export function cloudConfig({artifacts, node, hostKey, environment, ...expiry}: CloudConfigInput): string {
  const packed = gzipSync(fetchScript(artifacts, node.role, environment), {level: 9}).toString('base64')
  // Its own name must resolve at once: sudo and many others look it up, and the VPC's DNS does not know it.
  const ownName = `${node.privateIp ?? SOME_LOOPBACK} ${node.name}`
  const start = [
    `grep -qxF ${shellQuote(ownName)} /etc/hosts || echo ${shellQuote(ownName)} >>/etc/hosts`,
    `mkdir -p -m 0700 ${STATE}`,
    `[ -e ${FETCH_SCRIPT} ] || { echo ${packed} | base64 -d | gzip -d >${FETCH_SCRIPT}.new && mv -f ${FETCH_SCRIPT}.new ${FETCH_SCRIPT}; }`,
    START_FETCH,
    startExpiry(expiry),
  ].join('\n')
  const config = {
    hostname: node.name,
    fqdn: node.name,
    prefer_fqdn_over_hostname: false,
    preserve_hostname: false,
    manage_etc_hosts: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ['ed25519'],
    ssh_keys: {ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey},
    disable_root: true,
    locale: false,
    package_update: false,
    package_upgrade: false,
    bootcmd: [['sh', '-c', start]],
  }
  return `#cloud-config\n${yamlFile(`${node.name}, made by khw`, config)}`
}
