import type {ArtifactProgress} from '../artifacts/artifact.js'
import type {RunListener} from '../steps/engine/events.js'
import {amount} from './artifact-view.js'
import type {Progress} from './progress.js'
import {clock, duration} from './quantities.js'
import {isInterruption, RunView, type PhaseView} from './run-view.js'

/** A log says no more often than this that something is still going on. */
const QUIET_MS = 10_000

/** Plain lines for logs and pipes: a phase begins, a phase ends, a step fails, and now and then what goes on. */
export class PlainProgress implements Progress {
  readonly onEvent: RunListener = event => {
    this.#view.apply(event)
    // What is done in several runs begins each phase several times.
    if (event.type === 'planned') {
      this.#begun.clear()
      return
    }
    const phase = this.#view.phase(event.phase)
    if (!phase) return
    if (event.type === 'step-started' && !this.#begun.has(phase.id)) {
      this.#begun.add(phase.id)
      this.#begin(phase)
    } else if (event.type === 'step-failed') {
      if (isInterruption(event.error)) return
      this.#line(`${phase.title}: failed: ${phase.failures.at(-1)?.title ?? event.id}: ${event.error.message}`)
    } else if (phase.state === 'done') this.#end(phase)
    else if (event.type === 'step-progress') this.#meanwhile(phase)
  }
  readonly #stream: NodeJS.WritableStream
  readonly #now: () => number
  readonly #view: RunView
  readonly #startedAt: number
  readonly #begun = new Set<string>()
  #lastLine: number
  #item = ''

  constructor({stream, now}: {stream: NodeJS.WritableStream; now: () => number}) {
    this.#stream = stream
    this.#now = now
    this.#view = new RunView(now)
    this.#startedAt = now()
    this.#lastLine = now()
  }

  onArtifactProgress(progress: ArtifactProgress): void {
    const {item, activity, total, done} = progress
    const key = `${activity} ${item}`
    const isNew = key !== this.#item && activity !== 'verifying'
    const quiet = this.#now() - this.#lastLine >= QUIET_MS
    if (isNew && !this.#begun.has(key)) {
      this.#begun.add(key)
      this.#item = key
      this.#line(
        total === undefined
          ? key
          : `${key} (${
              amount({...progress, done: total})
                .split(' of ')
                .at(-1) ?? ''
            })`,
      )
    } else if (quiet && (total === undefined || done < total)) this.#line(`${key}: ${amount(progress)}`)
  }

  onNotice(text: string): void {
    this.#line(text)
  }

  onStopping(text: string): void {
    this.#line(text)
  }

  async pause(): Promise<void> {
    // Lines stay where they are: there is nothing to clear away.
  }

  async finish(): Promise<void> {
    // See pause().
  }

  abandon(): void {
    // See pause().
  }

  #begin(phase: PhaseView): void {
    this.#line(phase.title)
  }

  #end(phase: PhaseView): void {
    const time = duration(((phase.endedAt ?? this.#now()) - (phase.startedAt ?? this.#now())) / 1000)
    this.#line(`${phase.title}: ${phase.kept === phase.total ? 'already done' : `done in ${time}`}`)
  }

  #meanwhile(phase: PhaseView): void {
    if (this.#now() - this.#lastLine < QUIET_MS) return
    const step = phase.active.find(({text}) => text !== '')
    this.#line(`${phase.title} (${phase.finished}/${phase.total})${step ? `: ${step.title}: ${step.text}` : ''}`)
  }

  #line(text: string): void {
    this.#lastLine = this.#now()
    this.#stream.write(`${clock((this.#lastLine - this.#startedAt) / 1000)} ${text}\n`)
  }
}
