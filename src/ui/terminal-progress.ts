import type {ArtifactProgress} from '../artifacts/artifact.js'
import type {RunEvent, RunListener} from '../steps/engine/events.js'
import {ArtifactView} from './artifact-view.js'
import {Frame, type FrameContent, type Row} from './frame.js'
import type {Progress, ProgressOptions} from './progress.js'
import {clock, duration} from './quantities.js'
import {detailLines, labelWidth, phaseLine} from './run-lines.js'
import {RunView, type PhaseView} from './run-view.js'
import {styleFor, type Style} from './style.js'
import {clip, wrap} from './text.js'

/** More lines of detail than this are restless, however tall the terminal is. */
const MOST_DETAILS = 8

/** The display on a terminal: a frame for the downloads while there is no plan, then one with a line for each phase. */
export class TerminalProgress implements Progress {
  readonly onEvent: RunListener = event => {
    this.#apply(event)
  }
  readonly #options: Required<ProgressOptions>
  readonly #style: Style
  #run: RunView
  readonly #artifacts: ArtifactView
  readonly #startedAt: number
  #frame: Frame | undefined
  #kind: 'artifacts' | 'run' | undefined
  /** Frames are closed and opened one after the other. */
  #switching: Promise<void> = Promise.resolve()
  #artifactsSince: number | undefined
  #stopping = ''
  #ended = false
  #drew = false
  readonly #held: string[] = []

  constructor(options: Required<ProgressOptions>) {
    this.#options = options
    this.#style = styleFor(options.stream, options.env)
    this.#run = new RunView(options.now)
    this.#artifacts = new ArtifactView(options.now)
    this.#startedAt = options.now()
  }

  onArtifactProgress(progress: ArtifactProgress): void {
    this.#artifactsSince ??= this.#options.now()
    this.#artifacts.apply(progress)
    if (this.#kind === undefined) this.#show('artifacts')
  }

  onNotice(text: string): void {
    this.#held.push(text)
    // While phases are drawn a notice waits for the end; nobody would read it passing by.
    if (this.#kind !== 'run') void this.pause()
  }

  onStopping(text: string): void {
    this.#stopping = text
    if (this.#kind !== undefined) return
    this.#held.push(text)
    void this.pause()
  }

  async pause(): Promise<void> {
    this.#show(undefined)
    await this.#switching
  }

  async finish(): Promise<void> {
    this.#ended = true
    await this.pause()
    // Room between what was drawn and what is printed next.
    if (this.#drew) this.#options.stream.write('\n')
  }

  abandon(): void {
    this.#ended = true
    this.#frame?.abandon()
  }

  #apply(event: RunEvent): void {
    // What is done in several plans has a frame for each: the last one's stays on the screen as it ended.
    const isAnother = event.type === 'planned' && this.#kind === 'run'
    if (isAnother) this.#run = new RunView(this.#options.now)
    this.#run.apply(event)
    if ((isAnother || this.#kind !== 'run') && this.#run.phases.length > 0) this.#show('run')
  }

  #show(kind: 'artifacts' | 'run' | undefined): void {
    if (this.#ended && kind !== undefined) return
    this.#kind = kind
    const run = this.#run
    this.#switching = this.#switching.then(async () => {
      await this.#frame?.close()
      this.#frame = undefined
      this.#writeHeld()
      if (kind === undefined) return
      this.#drew = true
      const {stream, beside} = this.#options
      this.#frame = new Frame(
        stream,
        beside,
        kind === 'run' ? () => this.#runContent(run) : () => this.#artifactContent(),
      )
    })
  }

  #writeHeld(): void {
    const {stream} = this.#options
    for (const text of this.#held.splice(0)) {
      const lines = wrap(text, this.#room().columns - 2)
      stream.write(`${this.#style.cyan('›')} ${lines.join('\n  ')}\n`)
    }
  }

  /** Rows a frame may have: log-update needs one for the cursor. */
  #room(): {rows: number; columns: number} {
    const {stream} = this.#options
    return {rows: (stream.rows || 24) - 1, columns: stream.columns || 80}
  }

  #runContent(run: RunView): FrameContent {
    const {rows, columns} = this.#room()
    const now = this.#options.now()
    const over = this.#kind !== 'run' || run !== this.#run
    const phases = run.phases
    const footer = this.#footer(now, columns)
    const budget = Math.min(MOST_DETAILS, Math.max(0, rows - phases.length - 2))
    const details = detailLines(phases, budget, columns - 8, now)
    const width = labelWidth(phases)
    const row = (phase: PhaseView): Row => ({
      state: over && phase.state === 'running' ? 'stopped' : phase.state,
      title: phaseLine(phase, width, now, this.#style, over),
      details: details.get(phase.id) ?? [],
    })
    return {rows: phases.map(row), footer}
  }

  #artifactContent(): FrameContent {
    const {rows, columns} = this.#room()
    const now = this.#options.now()
    const over = this.#kind !== 'artifacts'
    const lines = this.#artifacts.lines(Math.min(6, rows - 3), columns - 8)
    const {finished} = this.#artifacts
    const time = duration((now - (this.#artifactsSince ?? now)) / 1000)
    const state = !over ? 'running' : lines.length > 0 && this.#ended ? 'stopped' : 'done'
    const title = `Get binaries and images ready  ${this.#style.dim(`${finished} done, ${time}`)}`
    return {rows: [{state, title, details: over ? [] : lines}], footer: this.#footer(now, columns)}
  }

  #footer(now: number, columns: number): string {
    const time = clock((now - this.#startedAt) / 1000)
    const downloads = this.#kind === 'run' ? this.#artifacts.lines(1, columns - 12) : []
    if (this.#stopping !== '') return this.#style.yellow(clip(`${time}  ${this.#stopping}`, columns - 6))
    return this.#style.dim(clip(`${time}  ${downloads[0] ?? this.#options.hint}`, columns - 6))
  }
}
