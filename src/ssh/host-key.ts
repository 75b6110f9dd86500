import type {SecretStore} from '../pki/secret-store.js'
import type {SshConnection} from './connection.js'
import {generateSshKey, type SshKeyPair} from './keys.js'

const pinsName = (node: string): string => `ssh/host-${node}.pub`

/** The host keys a node may show, one public key line each. */
export async function pinnedHostKeys(secrets: SecretStore, node: string): Promise<readonly string[]> {
  return ((await secrets.read(pinsName(node))) ?? '').split('\n').filter(line => line !== '')
}

/**
 * The host key a machine is launched with: cloud-init puts it in place before sshd starts, so it is pinned from the first
 * packet. A machine that is launched anew has another one; the keys pinned before stay until that one was met, as its
 * launch may fail and leave the old machine in place.
 */
export async function drawHostKey(secrets: SecretStore, node: string): Promise<SshKeyPair> {
  const pair = generateSshKey(node)
  await pin(secrets, node, pair.publicKey)
  return pair
}

/**
 * Replaces the injected host key, which lies in the instance's user data, by one that only the node knows. Both are
 * pinned while the change is under way, so that a crash in between locks nobody out.
 */
export async function rotateHostKey(secrets: SecretStore, node: string, connection: SshConnection): Promise<string> {
  const fresh = (
    await connection.exec(
      'sudo sh -c \'set -e; cd /etc/ssh; [ -e khw_host_key ] || { rm -f khw_host_key.new khw_host_key.new.pub; ssh-keygen -q -t ed25519 -N "" -C "" -f khw_host_key.new; mv khw_host_key.new.pub khw_host_key.pub; mv khw_host_key.new khw_host_key; }; cat khw_host_key.pub\'',
    )
  ).trim()
  await pin(secrets, node, fresh)
  await connection.exec(
    "sudo sh -c 'set -e; cd /etc/ssh; cp -p khw_host_key ssh_host_ed25519_key.next; cp -p khw_host_key.pub ssh_host_ed25519_key.pub; mv ssh_host_ed25519_key.next ssh_host_ed25519_key; systemctl reload ssh 2>/dev/null || systemctl reload sshd'",
  )
  await secrets.write(pinsName(node), `${fresh}\n`)
  return fresh
}

/** Takes one more key for the node's, beside those it may show already. */
async function pin(secrets: SecretStore, node: string, publicKey: string): Promise<void> {
  const pins = [...(await pinnedHostKeys(secrets, node)), publicKey]
  await secrets.write(pinsName(node), `${[...new Set(pins)].join('\n')}\n`)
}
