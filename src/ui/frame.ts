import {
  DefaultRenderer,
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  ListrTaskState,
  ProcessOutput,
  color,
  figures,
  type ListrTaskWrapper,
} from 'listr2'

/** One line of the display, with lines of detail below it while it runs. */
export interface Row {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  readonly title: string
  readonly details: readonly string[]
}

export interface FrameContent {
  /** Always as many as in the first content. */
  readonly rows: readonly Row[]
  /** Below everything, after an empty line; empty for none. */
  readonly footer: string
}

type Wrapper = ListrTaskWrapper<unknown, typeof StreamRenderer, typeof DefaultRenderer>

/** The renderer for terminals: listr2 itself asks whether stdout is one, but khw draws on stderr. */
class StreamRenderer extends DefaultRenderer {
  static override nonTTY = true
}

/** An entry of the list: it holds listr2's task open until the frame is closed, and only ever shows what it is told. */
class Entry {
  #task: Wrapper | undefined
  #row: Row = {state: 'waiting', title: ' ', details: []}
  #close: () => void = () => undefined
  readonly #closed = new Promise<void>(resolve => {
    this.#close = resolve
  })

  async run(task: Wrapper): Promise<void> {
    this.#task = task
    // listr2 starts every task of a concurrent list at once; a phase that has not begun shall not spin.
    task.task.state$ = ListrTaskState.WAITING
    const row = this.#row
    this.#row = {state: 'waiting', title: ' ', details: []}
    this.show(row)
    await this.#closed
  }

  show(row: Row): void {
    const before = this.#row
    this.#row = row
    const wrapper = this.#task
    if (!wrapper) return
    if (row.title !== before.title) wrapper.title = row.title
    const details = row.details.join('\n')
    if (details !== before.details.join('\n')) wrapper.output = details
    if (row.state !== before.state) wrapper.task.state$ = STATES[row.state]
  }

  close(): void {
    this.#close()
  }
}

const STATES: Readonly<Record<Row['state'], ListrTaskState>> = {
  waiting: ListrTaskState.WAITING,
  running: ListrTaskState.STARTED,
  done: ListrTaskState.COMPLETED,
  failed: ListrTaskState.FAILED,
  stopped: ListrTaskState.SKIPPED,
}

/**
 * A block of lines at the bottom of a terminal that is drawn again and again until it is closed; its last state stays
 * on the screen. While it is open, whatever else is written to `stream` or `beside` is held back and written after it.
 */
export class Frame {
  readonly #entries: readonly Entry[]
  readonly #footer = new Entry()
  readonly #content: () => FrameContent
  readonly #timer: NodeJS.Timeout
  readonly #run: Promise<unknown>
  readonly #output: ProcessOutput

  /** `content` is asked ten times a second, and once more on closing. */
  constructor(stream: NodeJS.WriteStream, beside: NodeJS.WriteStream, content: () => FrameContent) {
    this.#content = content
    this.#output = new ProcessOutput(stream, beside)
    this.#entries = content().rows.map(() => new Entry())
    this.#refresh(content())
    const list = new Listr<unknown, typeof StreamRenderer, typeof DefaultRenderer>(
      [
        ...this.#entries.map(entry => ({
          title: ' ',
          task: (_: unknown, task: Wrapper) => entry.run(task),
          rendererOptions: {outputBar: 1, persistentOutput: true},
        })),
        // A task without a title writes to the bar below the list.
        {task: (_: unknown, task: Wrapper) => this.#footer.run(task), rendererOptions: {bottomBar: 1}},
      ],
      {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        renderer: StreamRenderer,
        rendererOptions: {
          formatOutput: 'truncate',
          showErrorMessage: false,
          collapseErrors: false,
          logger: new ListrLogger({useIcons: true, toStderr: [], processOutput: this.#output}),
          icon: {
            [ListrDefaultRendererLogLevels.WAITING]: '·',
            [ListrDefaultRendererLogLevels.SKIPPED_WITH_COLLAPSE]: figures.squareSmallFilled,
            [ListrDefaultRendererLogLevels.OUTPUT_WITH_BOTTOMBAR]: ' ',
          },
          color: {[ListrDefaultRendererLogLevels.OUTPUT]: icon => color.dim(icon ?? '')},
        },
      },
    )
    this.#run = list.run()
    this.#timer = setInterval(() => {
      this.#refresh(content())
    }, 100)
  }

  /** Draws the last state, leaves it on the screen, and gives the terminal back. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#refresh({...this.#content(), footer: ''})
    for (const entry of [...this.#entries, this.#footer]) entry.close()
    await this.#run
  }

  /** Gives the terminal back at once, in the middle of everything: for a process that is about to exit. */
  abandon(): void {
    clearInterval(this.#timer)
    this.#output.release()
  }

  #refresh({rows, footer}: FrameContent): void {
    for (const [i, entry] of this.#entries.entries()) {
      const row = rows[i]
      if (row) entry.show(row)
    }
    this.#footer.show({state: 'running', title: ' ', details: footer === '' ? [] : [footer]})
  }
}
