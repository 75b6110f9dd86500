import type {Clock} from '../clock.js'
import type {ExecOptions, SshConnection} from './connection.js'
import {ConnectionBroken} from './ssh-errors.js'

/** A node as steps see it: it runs commands, whatever becomes of the line. */
export interface RemoteNode {
  readonly name: string
  readonly host: string
  /**
   * As SshConnection's, and once more over a new connection when this one breaks, so the command must be idempotent, also
   * beside an earlier run of it that has not noticed yet. A command that failed, was killed or took too long is not
   * repeated.
   */
  exec(command: string, options?: ExecOptions): Promise<string>
}

export interface Reconnecting {
  /** The open connection, or a new one under the keys pinned then. */
  readonly connected: () => Promise<SshConnection>
  /** Milliseconds before each repetition; as many as there are of these. */
  readonly pauses: readonly number[]
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

/** Runs an idempotent command until its outcome is known. Throws what the last try threw. */
export async function execPatiently(
  {connected, pauses, clock, signal, progress}: Reconnecting,
  command: string,
  options: ExecOptions = {},
): Promise<string> {
  for (let broken = 0; ; broken++) {
    const connection = await connected()
    try {
      return await connection.exec(command, {signal, ...options})
    } catch (error) {
      const pause = pauses[broken]
      if (!(error instanceof ConnectionBroken) || pause === undefined) throw error
      connection.close()
      progress(`the connection broke: trying again, ${broken + 1} of ${pauses.length}`)
      await clock.sleep(pause, signal)
    }
  }
}
