import type {ClusterSummary} from '../cluster/report.js'
import type {Style} from './style.js'
import {table} from './table.js'

/** What `khw list` prints for people. What is listed comes from khw's records; `khw status` looks. */
export function listReport(clusters: readonly ClusterSummary[], style: Style): string {
  if (clusters.length === 0) return `There is no cluster. Create one with ${style.cyan('khw create')}`
  const rows = clusters.map(({name, phase, provider, region, createdAt}) => [
    name,
    phaseWord(phase, style),
    provider === 'local' ? 'this machine' : `AWS, ${region}`,
    createdAt.slice(0, 16).replace('T', ' '),
  ])
  return table(['NAME', 'STATE', 'WHERE', 'CREATED (UTC)'], rows, style)
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
