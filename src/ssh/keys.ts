import {createRequire} from 'node:module'
import type ssh2 from 'ssh2'

const require = createRequire(import.meta.url)

export interface SshKeyPair {
  /** OpenSSH private key file. */
  readonly privateKey: string
  /** One line of authorized_keys: `ssh-ed25519 AAAA... comment`. */
  readonly publicKey: string
}

/** Bytes of an ed25519 public key blob (RFC 8709, 4): two lengths, `ssh-ed25519`, and a key of 32 bytes. */
const BLOB_LENGTH = 4 + 11 + 4 + 32

/**
 * A new ed25519 key pair (RFC 8709), in OpenSSH's own formats. `generate` is ssh2's: it cuts zeros off the front of a
 * public key, so that one pair in 256 is malformed and sshd refuses to start with it; such a pair is drawn again.
 */
export function generateSshKey(comment: string, generate = generateWithSsh2): SshKeyPair {
  for (;;) {
    const pair = generate(comment)
    if (isEd25519(pair.publicKey)) return pair
  }
}

function generateWithSsh2(comment: string): SshKeyPair {
  const {utils} = require('ssh2') as typeof ssh2
  const pair = utils.generateKeyPairSync('ed25519', {comment})
  return {privateKey: pair.private, publicKey: pair.public.trim()}
}

/** Whether it is a whole public key line of this kind. */
export function isEd25519(publicKey: string): boolean {
  return /^ssh-ed25519 \S+/.test(publicKey) && keyBlob(publicKey).length === BLOB_LENGTH
}

/** The key blob of a public key line, as it appears on the wire (RFC 4253, 6.6): what a host key is compared with. */
export function keyBlob(publicKey: string): Buffer {
  return Buffer.from(publicKey.trim().split(/\s+/)[1] ?? '', 'base64')
}
