import type {ClusterReport} from '../cluster/report.js'
import {expiry, next, type ReportOptions} from './status-report.js'
import {wrap} from './text.js'

/** What `khw certs renew` prints for people: until when they last, and whether the cluster is well. */
export function renewReport({name, ready, certificates}: ClusterReport, {style, columns, now}: ReportOptions): string {
  const {earliestExpiry} = certificates
  const until = earliestExpiry === null ? '' : `: the first to end does so on ${expiry(earliestExpiry, now)}`
  const [first = '', ...rest] = wrap(`${name} has new certificates${until}`, columns - 2)
  const mark = ready ? style.green('✔') : style.yellow('!')
  const head = [`${mark} ${first.replace(name, () => style.bold(name))}`, ...rest.map(line => `  ${line}`)].join('\n')
  return ready ? head : [head, next([`khw status ${name}`], style)].join('\n\n')
}
