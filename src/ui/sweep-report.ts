import type {Found, SweepReport, SweptCluster} from '../steps/sweep-clusters.js'
import {destroyReport} from './destroy-report.js'
import type {ReportOptions} from './report-lines.js'

/** What would be removed, a line each. */
export function foundReport({expired}: Found): string {
  return expired
    .map(
      ({access, cluster}) => `${cluster.name} (${cluster.clusterId}) in ${access.region}, expired ${cluster.expiresAt}`,
    )
    .join('\n')
}

/** A receipt for each cluster that was swept. */
export function sweepReport({regions, clusters}: SweepReport, options: ReportOptions): string {
  if (regions.length === 0) return 'This machine has no region of its own: there is nothing to sweep.'
  if (clusters.length === 0) return `No cluster in ${regions.join(', ')} has outlived its expiry.`
  return clusters.map(cluster => sweptReport(cluster, options)).join('\n\n')
}

function sweptReport(cluster: SweptCluster, options: ReportOptions): string {
  const {style} = options
  if (cluster.error === null) return destroyReport(cluster, options)
  return `${style.red('✖')} ${style.bold(cluster.name)} (${cluster.id}) is not gone: ${cluster.error}`
}
