import {expiryWarning} from '../cluster/expiry.js'
import type {Style} from './style.js'
import {wrap} from './text.js'

export interface ReportOptions {
  readonly style: Style
  readonly columns: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A sentence behind a mark, its further lines below its beginning. */
export function marked(mark: string, text: string, columns: number): string {
  const [head = '', ...rest] = wrap(text, columns - 4)
  return [`${mark} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
}

/** Commands to type next, one a line, ready to be copied. */
export function next(commands: readonly string[], style: Style): string {
  return commands.length === 0 ? '' : [style.dim('Next:'), ...commands.map(line => `  ${style.cyan(line)}`)].join('\n')
}

/** Of a cluster that is past its expiry or close to it. */
export function warned(
  cluster: {readonly name: string; readonly expiresAt: string | null},
  {style, columns, now}: ReportOptions,
): string {
  const warning = expiryWarning(cluster, now)
  return warning === undefined ? '' : marked(style.yellow('!'), warning.what, columns)
}
