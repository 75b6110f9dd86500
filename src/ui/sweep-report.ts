import type {ExpiredCluster, SweepReport} from '../steps/sweep-clusters.js'
import {destroyReport} from './destroy-report.js'
import type {ReportOptions} from './status-report.js'

/** What would be removed, a line each. */
export function foundReport(expired: readonly ExpiredCluster[]): string {
  return expired
    .map(
      ({access, cluster}) => `${cluster.name} (${cluster.clusterId}) in ${access.region}, expired ${cluster.expiresAt}`,
    )
    .join('\n')
}

/** A receipt for each cluster that was swept. */
export function sweepReport({clusters}: SweepReport, options: ReportOptions): string {
  if (clusters.length === 0) return 'No cluster there has outlived its expiry.'
  return clusters.map(cluster => destroyReport(cluster, options)).join('\n\n')
}
