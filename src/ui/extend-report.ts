import type {ExtendReport} from '../steps/extend-cluster.js'
import {count} from './quantities.js'
import {ending} from './moments.js'
import {next, type ReportOptions} from './report-lines.js'
import {wrap} from './text.js'

/** What `khw extend` prints for people: until when, and who does not know of it. */
export function extendReport(report: ExtendReport, {style, columns, now}: ReportOptions): string {
  const {name, expiresAt, machines, tagged} = report
  const deaf = machines.filter(machine => machine.running && !machine.told)
  const mark = deaf.length === 0 ? style.green('✔') : style.yellow('!')
  const told = machines.length - machines.filter(machine => !machine.told).length
  const who = `${count(told, 'machine')} told, ${count(tagged, 'resource')} tagged`
  const head = `${mark} ${style.bold(name)} ends ${expiresAt === null ? 'never' : ending(expiresAt, now)}: ${who}`
  if (deaf.length === 0) return head
  const reasons = deaf.flatMap(machine => {
    const [first = '', ...rest] = wrap(`${machine.name} ends when it was to end: ${machine.detail}`, columns - 4)
    return [`${style.red('✖')} ${first}`, ...rest.map(line => `  ${line}`)]
  })
  return [head, reasons.join('\n'), next([`khw extend ${name}`], style)].join('\n\n')
}
