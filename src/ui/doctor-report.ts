import type {DoctorReport} from '../steps/doctor.js'
import {suggestionLines} from './error-report.js'
import {count} from './quantities.js'
import type {Style} from './style.js'
import {padTo, wrap} from './text.js'

export interface DoctorReportOptions {
  readonly style: Style
  readonly columns: number
}

/**
 * What `khw doctor` prints for people: a row a check, or one for each thing that it finds wrong, below it what to do; then
 * whether a create would begin.
 */
export function doctorReport(report: DoctorReport, {style, columns}: DoctorReportOptions): string {
  const width = Math.max(...report.findings.map(({check}) => check.length))
  const indent = ' '.repeat(width + 4)
  const room = Math.max(30, columns - indent.length)
  const rows = report.findings.flatMap(({check, ok, detail, fix}) => {
    const mark = !ok ? style.red('✖') : fix === null ? style.green('✔') : style.yellow('!')
    const [head = '', ...more] = wrap(detail, room)
    return [
      `${mark} ${padTo(check, width)}  ${head}`,
      ...more.map(line => `${indent}${line}`),
      ...(fix === null
        ? []
        : fix
            .split('\n')
            .flatMap(line => suggestionLines(line, room - 2).map(part => `${indent}  ${style.cyan(part)}`))),
    ]
  })
  return [...rows, '', verdict(report, style)].join('\n')
}

function verdict({name, findings}: DoctorReport, style: Style): string {
  const failed = new Set(findings.filter(({ok}) => !ok).map(({check}) => check)).size
  const warned = findings.filter(({ok, fix}) => ok && fix !== null).length
  const warnings = warned === 0 ? '' : `, with ${count(warned, 'warning')}`
  return failed === 0
    ? `${style.green('Nothing is in the way')} of "${name}"${warnings}: khw create with the same flags`
    : `${style.red(`${count(failed, 'check')} failed`)}${warnings}: "${name}" would not be begun`
}
