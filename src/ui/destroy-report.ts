import {NOT_OURS, type DestroyReport} from '../cluster/report.js'
import {count, duration} from './quantities.js'
import {next, type ReportOptions} from './report-lines.js'
import type {Style} from './style.js'
import {wrap} from './text.js'

/** The receipt of `khw destroy`: what was removed, what is still there and why. */
export function destroyReport(report: DestroyReport, {style, columns}: ReportOptions): string {
  const {name, removed, remaining, seconds} = report
  const what = removed.length === 0 ? 'nothing was removed' : `${count(removed.length, 'resource')} removed`
  const kinds = wrap(byType(removed), columns - 2)
    .map(line => `  ${style.dim(line)}`)
    .join('\n')
  if (remaining.length === 0) {
    if (removed.length === 0)
      return `${style.green('✔')} Nothing of ${style.bold(name)} was found, so nothing was removed, in ${duration(seconds)}`
    return `${style.green('✔')} ${style.bold(name)} is gone: ${what} in ${duration(seconds)}\n${kinds}`
  }
  const left = remaining.flatMap(({type, id, why}) =>
    wrap(`${type} ${id}: ${why}`, columns - 2).map(line => `  ${line}`),
  )
  const again = `khw destroy ${name}`
  const fixes = [...new Set(remaining.flatMap(each => each.fixes ?? []))]
  const isForeign = remaining.some(({why, fixes: own}) => why.endsWith(NOT_OURS) && own === undefined)
  return [
    `${style.red('✖')} ${style.bold(name)} is not gone: ${what}, ${count(remaining.length, 'resource')} left`,
    ...left,
    '',
    next([...fixes, again, ...(isForeign ? [`${again} --force-foreign`] : [])], style),
  ].join('\n')
}

/** Of a destroy that names no cluster where none is recorded. */
export function nothingToDestroy(style: Style): string {
  return [
    `${style.green('✔')} No cluster is recorded here, so nothing was removed.`,
    `  If a journal was lost, look by the tags: ${style.cyan('khw destroy NAME --provider aws --region REGION')}`,
  ].join('\n')
}

/** `instance 6, subnet 3, vpc 1`: in the order in which they were removed. */
function byType(resources: DestroyReport['removed']): string {
  const counts = new Map<string, number>()
  for (const {type} of resources) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].map(([type, n]) => `${type} ${n}`).join(', ')
}
