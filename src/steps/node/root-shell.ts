import type {ExecOptions, SshConnection} from '../../ssh/connection.js'
import {shellQuote} from '../../templates/shell-quote.js'

/** Runs a script (POSIX sh) as root on a node. Secrets go in by `input`: arguments are for everybody on the node to see. */
export function asRoot(connection: SshConnection, script: string, options: ExecOptions = {}): Promise<string> {
  return connection.exec(`sudo -n sh -c ${shellQuote(script)}`, options)
}
