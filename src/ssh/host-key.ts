import type {SecretStore} from '../pki/secret-store.js'
import {generateSshKey, isEd25519, type SshKeyPair} from './keys.js'
import type {RemoteNode} from './remote-node.js'
import {commandFailed} from './ssh-errors.js'

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

/** Two runs of these may meet when the first one's connection broke: the second then waits for the first. */
const ALONE = 'set -e; umask 077; cd /etc/ssh; exec 9>khw_host_key.lock; flock 9'

/** Prints the public half of a host key of the machine's own, which it makes the first time. */
const MAKE_KEY = `${ALONE}
if ! [ -e khw_host_key ]; then
  rm -f khw_host_key.new khw_host_key.new.pub
  ssh-keygen -q -t ed25519 -N "" -C "" -f khw_host_key.new
  mv khw_host_key.new.pub khw_host_key.pub
  mv khw_host_key.new khw_host_key
fi
cat khw_host_key.pub`

/** From now on sshd shows that key. */
const SHOW_KEY = `${ALONE}
cp -p khw_host_key ssh_host_ed25519_key.next
cp -p khw_host_key.pub ssh_host_ed25519_key.pub
mv ssh_host_ed25519_key.next ssh_host_ed25519_key
systemctl reload ssh 2>/dev/null || systemctl reload sshd`

/**
 * Replaces the injected host key, which lies in the instance's user data, by one that only the node knows. Both are
 * pinned while the change is under way, so that a crash or a lost line at any point locks nobody out; a further run makes
 * it good.
 */
export async function rotateHostKey(secrets: SecretStore, remote: RemoteNode): Promise<string> {
  const fresh = (await remote.exec(`sudo -n sh -c '${MAKE_KEY}'`)).trim()
  if (!isEd25519(fresh)) throw commandFailed(remote, MAKE_KEY, 'did not print a host key', fresh)
  await pin(secrets, remote.name, fresh)
  await remote.exec(`sudo -n sh -c '${SHOW_KEY}'`)
  await secrets.write(pinsName(remote.name), `${fresh}\n`)
  return fresh
}

/** Takes one more key for the node's, beside those it may show already. */
async function pin(secrets: SecretStore, node: string, publicKey: string): Promise<void> {
  const pins = [...(await pinnedHostKeys(secrets, node)), publicKey]
  await secrets.write(pinsName(node), `${[...new Set(pins)].join('\n')}\n`)
}
