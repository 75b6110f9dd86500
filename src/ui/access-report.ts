import type {AccessReport} from '../steps/operator-access.js'
import {next} from './report-lines.js'
import type {Style} from './style.js'
import {fields} from './table.js'

/** What `khw access` prints: who is let in, and whether the reader is among them. */
export function accessReport({name, admitted, yours, ok, given, rules, changed}: AccessReport, style: Style): string {
  const you = yours === null ? 'not known: nobody could say' : yours.join(', ')
  const head = ok
    ? `${style.green('✔')} ${style.bold(name)} lets you in`
    : yours === null
      ? `${style.yellow('?')} ${style.bold(name)} may let you in or not`
      : `${style.red('✖')} ${style.bold(name)} does not let you in`
  const rows: [string, string][] = [
    ['Admits', admitted.join(', ')],
    ['You', you],
  ]
  const commands = ok ? [] : [`khw access refresh ${name}${given ? ' --allow-cidr RANGE' : ''}`]
  const odd = [
    ...(rules.missing > 0 ? [`${rules.missing} missing`] : []),
    ...(rules.stale > 0 ? [`${rules.stale} of a former address`] : []),
  ]
  if (changed !== undefined) rows.push(['Rules', `${changed.opened} opened, ${changed.closed} closed`])
  if (odd.length > 0) rows.push(['Rules', odd.join(', ')])
  return [head, fields(rows, style), ...(commands.length > 0 ? [next(commands, style)] : [])].join('\n\n')
}
