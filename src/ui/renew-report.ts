import type {ClusterReport} from '../cluster/report.js'
import {ENOUGH_TIME} from '../pki/enough-days.js'
import {endsWithin, expiry} from './moments.js'
import {marked, next, type ReportOptions} from './report-lines.js'

/** What `khw certs renew` prints for people: until when they last, and whether the cluster is well. */
export function renewReport(
  {name, ready, certificates}: Pick<ClusterReport, 'name' | 'ready' | 'certificates'>,
  {style, columns, now}: ReportOptions,
): string {
  const {earliestExpiry} = certificates
  const until = earliestExpiry === null ? '' : `: the first to end does so on ${expiry(earliestExpiry, now)}`
  const mark = ready ? style.green('✔') : style.yellow('!')
  const head = marked(mark, `${style.bold(name)} has new certificates${until}`, columns)
  const commands = [
    ...(ready ? [] : [`khw status ${name}`]),
    ...(endsWithin(ENOUGH_TIME, earliestExpiry, now) ? [`khw certs renew ${name}`] : []),
  ]
  return commands.length === 0 ? head : [head, next(commands, style)].join('\n\n')
}
