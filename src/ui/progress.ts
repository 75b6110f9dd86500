import type {ArtifactProgress} from '../artifacts/artifact.js'
import type {RunListener} from '../steps/engine/events.js'
import {PlainProgress} from './plain-progress.js'
import {TerminalProgress} from './terminal-progress.js'

/** Shows how a run gets on. Everything goes to stderr: stdout is for results. */
export interface Progress {
  readonly onEvent: RunListener
  onArtifactProgress(progress: ArtifactProgress): void
  /** A sentence that stays on the screen. */
  onNotice(text: string): void
  /** Says that the run is being stopped; shown until it has. */
  onStopping(text: string): void
  /** Leaves the terminal to somebody else, as for a question; the next event takes it back. */
  pause(): Promise<void>
  /** Shows the last state for good. To be called however the run ended. */
  finish(): Promise<void>
  /** Gives the terminal back at once, for a process that is about to exit. */
  abandon(): void
}

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream
  /** The other stream of the same terminal: what is written to it meanwhile is shown afterwards. */
  readonly beside: NodeJS.WriteStream
  /** Below the display, beside the clock: `Ctrl-C stops safely`. */
  readonly hint: string
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly env?: NodeJS.ProcessEnv
}

/** A display that redraws itself on a terminal, plain lines everywhere else. */
export function createProgress(options: ProgressOptions): Progress {
  const env = options.env ?? process.env
  const {stream, beside, hint, now = Date.now} = options
  return stream.isTTY && env['TERM'] !== 'dumb'
    ? new TerminalProgress({stream, beside, hint, now, env})
    : new PlainProgress({stream, now})
}
