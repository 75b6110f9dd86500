import type {StepTiming} from '../../cluster/report.js'
import type {Journal} from './journal.js'
import type {Plan} from './plan.js'

/** Where the time went, as the journal recorded it, in the order of the plan. */
export function timingsOf({steps}: Plan, journal: Journal): readonly StepTiming[] {
  const records = journal.steps
  return steps.flatMap(({id}) => {
    const record = records[id]
    if (record?.status !== 'done') return []
    return [{step: id, startedAt: record.startedAt, seconds: record.seconds, waitedFor: record.waitedFor}]
  })
}

/** From the step that ended last back through what each waited for: the chain that a faster step would shorten. */
export function criticalPath(timings: readonly StepTiming[]): readonly string[] {
  const end = (timing: StepTiming): number => Date.parse(timing.startedAt) + timing.seconds * 1000
  const byId = new Map(timings.map(timing => [timing.step, timing]))
  let last = timings.reduce<StepTiming | undefined>(
    (latest, t) => (latest && end(latest) >= end(t) ? latest : t),
    undefined,
  )
  const path: string[] = []
  while (last && !path.includes(last.step)) {
    path.unshift(last.step)
    last = last.waitedFor === null ? undefined : byId.get(last.waitedFor)
  }
  return path
}
