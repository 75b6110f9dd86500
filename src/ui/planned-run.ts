import type {Home} from '../cluster/home.js'
import type {CreateRequest} from '../steps/request/create-request.js'
import {planCluster, type PlanReport} from '../steps/plan-cluster.js'
import {planReport} from './plan-report.js'
import {styleFor} from './style.js'

/** What `khw plan` and `khw create --dry-run` do: says what a create would do, on stdout. */
export async function plannedRun(
  home: Home,
  request: CreateRequest,
  {until, all}: {readonly until?: string | undefined; readonly all: boolean},
  log: (text: string) => void,
): Promise<PlanReport> {
  const {signal} = new AbortController()
  const report = await planCluster({home, request, ...(until !== undefined && {until}), signal})
  const {stdout} = process
  log(planReport(report, {style: styleFor(stdout), columns: stdout.columns || 80, all}))
  return report
}
