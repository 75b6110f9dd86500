import {KhwError} from '../../errors.js'
import type {ExecOptions} from '../../ssh/connection.js'
import type {RemoteNode} from '../../ssh/remote-node.js'
import {shellQuote} from '../../templates/shell-quote.js'
import {Fatal} from '../engine/wait-until.js'

/**
 * Runs an idempotent script (POSIX sh) as root on a node, again if the connection breaks. Secrets go in by `input`:
 * arguments are for everybody on the node to see.
 */
export function asRoot(node: RemoteNode, script: string, options: ExecOptions = {}): Promise<string> {
  return node.exec(`sudo -n sh -c ${shellQuote(script)}`, options)
}

/** The same for a `waitUntil`, which must not wait out that somebody else answers in the node's place. */
export async function probeAsRoot(node: RemoteNode, script: string, options: ExecOptions = {}): Promise<string> {
  try {
    return await asRoot(node, script, options)
  } catch (error) {
    throw error instanceof KhwError && error.code === 'SSH_HOST_KEY' ? new Fatal(error) : error
  }
}
