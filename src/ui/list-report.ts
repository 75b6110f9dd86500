import {isExpired} from '../cluster/expiry.js'
import type {ClusterSummary} from '../cluster/report.js'
import type {Style} from './style.js'
import {timeLeft} from './moments.js'
import {warned, type ReportOptions} from './report-lines.js'
import {table} from './table.js'

/** What `khw list` prints for people. What is listed comes from khw's records; `khw status` looks. */
export function listReport(clusters: readonly ClusterSummary[], options: ReportOptions): string {
  const {style, now} = options
  if (clusters.length === 0) return `There is no cluster. Create one with ${style.cyan('khw create')}`
  const rows = clusters.map(({name, phase, provider, region, createdAt, expiresAt}) => [
    name,
    phaseWord(phase, style),
    provider === 'local' ? 'this machine' : `AWS, ${region}`,
    createdAt.slice(0, 16).replace('T', ' '),
    expiresAt === null ? 'never' : isExpired(expiresAt, now) ? style.yellow('expired') : timeLeft(expiresAt, now),
  ])
  const warnings = clusters.map(cluster => warned(cluster, options)).filter(text => text !== '')
  return [table(['NAME', 'STATE', 'WHERE', 'CREATED (UTC)', 'ENDS'], rows, style), ...warnings].join('\n\n')
}

function phaseWord(phase: ClusterSummary['phase'], style: Style): string {
  const words = {
    ready: style.green('created'),
    degraded: style.yellow('degraded'),
    creating: style.yellow('unfinished'),
    destroying: style.yellow('being destroyed'),
  }
  return words[phase]
}
