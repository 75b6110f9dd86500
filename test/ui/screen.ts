import {Writable} from 'node:stream'
import {stripVTControlCharacters} from 'node:util'

/**
 * A terminal of a given size, as far as khw's displays use one: it understands line feeds, erasing, cursor up and
 * column one, wraps long lines, and scrolls. What scrolled out of sight cannot be reached any more; trying is recorded.
 */
export class Screen extends Writable {
  readonly isTTY = true
  readonly columns: number
  readonly rows: number
  /** How often something tried to draw above the top of the screen: each time leaves garbage behind. */
  outOfSight = 0
  cursorHidden = false
  readonly #lines: string[] = ['']
  #row = 0
  #waiting: {wanted: (text: string) => boolean; resolve: () => void}[] = []

  constructor(columns = 80, rows = 24) {
    super({decodeStrings: false})
    this.columns = columns
    this.rows = rows
  }

  /** Everything on the screen and scrolled off it, without colours and trailing empty lines. */
  get text(): string {
    return this.#lines
      .map(line => line.trimEnd())
      .join('\n')
      .trimEnd()
  }

  /** Resolves as soon as the screen shows what is wanted. */
  async until(wanted: string | ((text: string) => boolean)): Promise<void> {
    const test = typeof wanted === 'string' ? (text: string) => text.includes(wanted) : wanted
    if (test(this.text)) return
    await new Promise<void>(resolve => this.#waiting.push({wanted: test, resolve}))
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    for (const [part] of String(chunk).matchAll(/\u001B\[[0-9;?]*[A-Za-z]|\n|\r|[^\u001B\n\r]+/g)) this.#put(part)
    const text = this.text
    const reached = this.#waiting.filter(({wanted}) => wanted(text))
    this.#waiting = this.#waiting.filter(waiter => !reached.includes(waiter))
    for (const {resolve} of reached) resolve()
    done()
  }

  #put(part: string): void {
    const control = /^\u001B\[([0-9;?]*)([A-Za-z])$/.exec(part)
    if (control) this.#control(control[1] ?? '', control[2] ?? '')
    else if (part === '\n') this.#down()
    else if (part !== '\r') this.#print(stripVTControlCharacters(part))
  }

  #control(argument: string, command: string): void {
    if (command === 'A') {
      const top = Math.max(0, this.#lines.length - this.rows)
      const wanted = this.#row - Number(argument || 1)
      if (wanted < top) this.outOfSight += 1
      this.#row = Math.max(top, wanted)
    } else if (command === 'K') this.#lines[this.#row] = ''
    else if (command === 'J') this.#lines.splice(this.#row + 1)
    else if (argument.startsWith('?25')) this.cursorHidden = command === 'l'
  }

  #print(text: string): void {
    this.#lines[this.#row] = (this.#lines[this.#row] ?? '') + text
    while ((this.#lines[this.#row] ?? '').length > this.columns) {
      const line = this.#lines[this.#row] ?? ''
      this.#lines[this.#row] = line.slice(0, this.columns)
      this.#down()
      this.#lines[this.#row] = line.slice(this.columns)
    }
  }

  #down(): void {
    this.#row += 1
    this.#lines[this.#row] ??= ''
  }
}

/** The screen as the stream that a process would have; khw uses nothing of it that a Screen lacks. */
export function streamOf(screen: Screen): NodeJS.WriteStream {
  return screen as unknown as NodeJS.WriteStream
}
