import type {ClusterReport} from '../cluster/report.js'
import {expiry, next, type ReportOptions} from './status-report.js'

/** What `khw certs renew` prints for people: until when they last, and whether the cluster is well. */
export function renewReport({name, ready, certificates}: ClusterReport, {style, now}: ReportOptions): string {
  const {earliestExpiry} = certificates
  const until = earliestExpiry === null ? '' : `: the first to end does so on ${expiry(earliestExpiry, now)}`
  const head = `${ready ? style.green('✔') : style.yellow('!')} ${style.bold(name)} has new certificates${until}`
  return ready ? head : [head, next([`khw status ${name}`], style)].join('\n\n')
}
