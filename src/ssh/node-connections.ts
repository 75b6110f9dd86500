import {setTimeout as sleep} from 'node:timers/promises'
import {KhwError, messageOf} from '../errors.js'
import type {SecretStore} from '../pki/secret-store.js'
import {SshConnection} from './connection.js'
import {pinnedHostKeys} from './host-key.js'
import {keyBlob} from './keys.js'

/** Where the operator's private key lies among the cluster's secrets. */
export const OPERATOR_KEY = 'ssh/id_ed25519'

/** How long a machine may take from its launch until sshd lets us in. */
const BOOT_BUDGET = 300_000
/** cloud-init may not have written authorized_keys yet. */
const AUTHENTICATION_GRACE = 90_000

/** One pinned connection a node, opened when it is first needed and again when it broke. */
export class NodeConnections {
  private readonly open = new Map<string, Promise<SshConnection>>()

  constructor(
    private readonly secrets: SecretStore,
    private readonly username: string,
    private readonly signal: AbortSignal,
  ) {}

  /** The connection to a node; waits for a machine that is still booting. */
  async to(node: string, host: string): Promise<SshConnection> {
    const known = await this.open.get(node)?.catch(() => undefined)
    if (known?.alive && known.target.host === host) return known
    known?.close()
    const opening = this.waitFor(node, host)
    this.open.set(node, opening)
    return opening
  }

  async close(): Promise<void> {
    for (const opening of this.open.values()) (await opening.catch(() => undefined))?.close()
    this.open.clear()
  }

  private async waitFor(node: string, host: string): Promise<SshConnection> {
    const privateKey = await this.secrets.read(OPERATOR_KEY)
    const pins = await pinnedHostKeys(this.secrets, node)
    if (privateKey === undefined || pins.length === 0) {
      throw new KhwError('SSH_FAILED', `The SSH keys of ${node} are not among the cluster's secrets.`, [
        'Destroy the cluster and create it anew: without its keys nobody gets in.',
      ])
    }
    const target = {name: node, host, username: this.username, privateKey, hostKeys: pins.map(keyBlob)}
    const start = Date.now()
    for (;;) {
      this.signal.throwIfAborted()
      try {
        return await SshConnection.open(target)
      } catch (error) {
        const waited = Date.now() - start
        if (!worthWaiting(error, waited))
          throw error instanceof KhwError ? error : unreachable(node, host, waited, error)
      }
      await sleep(250, undefined, {signal: this.signal})
    }
  }
}

function worthWaiting(error: unknown, waited: number): boolean {
  if (error instanceof KhwError) return false
  if (/authentication methods failed/.test(messageOf(error))) return waited < AUTHENTICATION_GRACE
  return waited < BOOT_BUDGET
}

function unreachable(node: string, host: string, waited: number, cause: unknown): KhwError {
  return new KhwError(
    'SSH_FAILED',
    `${node} (${host}) did not let khw in over SSH within ${Math.round(waited / 1000)} s: ${messageOf(cause)}.`,
    ['Check that your address may reach port 22 of the machine, then run the same command again.'],
    {cause},
  )
}
