import {count} from './quantities.js'
import {marked, next, type ReportOptions} from './report-lines.js'

/** What `khw local stop` prints for people: what it has stopped, what it has not, and how that is ended. */
export function stopText(
  {stopped, machines, clusters}: {stopped: boolean; machines: number; clusters: readonly string[]},
  {style, columns}: Omit<ReportOptions, 'now'>,
): string {
  const head = stopped
    ? `${style.green('✔')} Stopped the daemon of the local region.`
    : 'The local region does not run.'
  if (machines === 0) return head
  const they = machines === 1 ? 'goes' : 'go'
  const text = `${count(machines, 'machine')} ${they} on running. The next command that needs the region starts the daemon again. To end them:`
  const commands = [...clusters.map(name => `khw destroy ${name}`), 'khw local reset']
  return [head, marked(style.yellow('!'), text, columns), '', next(commands, style)].join('\n')
}
