import {inspect} from 'node:util'

const NAMES = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const

/** Marks up text for a terminal, or leaves it as it is where nobody would see the colours. */
export type Style = Readonly<Record<(typeof NAMES)[number], (text: string) => string>>

/** The part of a stream that says what may be written to it. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  /** Width and height in characters; absent where the stream is no terminal. */
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Colours for a stream. `NO_COLOR` (no-color.org) and `TERM=dumb` turn them off, `FORCE_COLOR` on. */
export function styleFor(screen: Screen, env: NodeJS.ProcessEnv = process.env): Style {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const wanted = forced || (screen.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb')
  const paint = (name: (typeof NAMES)[number]): [string, (text: string) => string] => {
    const [open, close] = inspect.colors[name] ?? [0, 0]
    return [name, text => (wanted && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text)]
  }
  return Object.fromEntries(NAMES.map(paint)) as Style
}
