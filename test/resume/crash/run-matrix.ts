import {join} from 'node:path'
import {chooseTrials, isSlow} from './choose-trials.js'
import {LaneProcess} from './lane-process.js'
import type {Options} from './options.js'
import {failureText} from './report.js'
import {PHASES, type Outcome, type Phase, type Reference, type Trial} from './trial.js'

export interface MatrixOptions extends Options {
  readonly directory: string
  readonly root: boolean
  readonly tell: (text: string) => void
}

/** Records the points of an undisturbed run, then tries them, several at the same time. */
export async function runMatrix(options: MatrixOptions): Promise<readonly Outcome[]> {
  const {directory, root, tell} = options
  const lanes = Array.from({length: options.lanes}, (_, i) => new LaneProcess(join(directory, `lane-${i}`), root))
  const [first] = lanes
  if (!first) throw new RangeError('At least one lane is needed.')
  const extra: LaneProcess[] = []
  try {
    const reference = await recorded(first)
    const trials = chooseTrials(reference.points, options)
    const slow = trials.filter(isSlow)
    const queue = trials.filter(trial => !isSlow(trial))
    extra.push(...slow.map((_, i) => new LaneProcess(join(directory, `slow-lane-${i}`), root)))
    tell(`${reference.points.length} points, ${trials.length} trials, ${options.lanes} at a time, seed ${options.seed}`)
    const outcomes: Outcome[] = []
    const note = (outcome: Outcome): void => {
      outcomes.push(outcome)
      if (outcome.failures.length > 0) tell(failureText(outcome))
      else if (outcomes.length % 10 === 0) tell(`${outcomes.length} of ${trials.length} trials`)
    }
    await Promise.all([
      ...slow.map(async (trial, i) => {
        const lane = extra[i]
        if (lane) note(await tried(lane, trial, reference))
        lane?.stop()
      }),
      ...lanes.map(async lane => {
        for (let trial = queue.shift(); trial; trial = queue.shift()) note(await tried(lane, trial, reference))
      }),
    ])
    return outcomes
  } finally {
    for (const lane of [...lanes, ...extra]) lane.stop()
  }
}

async function recorded(lane: LaneProcess): Promise<Reference> {
  const answer = await lane.ask({type: 'record'})
  if (answer.type === 'recorded') return answer.reference
  throw new Error(answer.type === 'broken' ? answer.error : 'the lane answered something else')
}

/** A lane whose trial failed is not trusted with another. */
async function tried(lane: LaneProcess, trial: Trial, reference: Reference): Promise<Outcome> {
  const answer = await lane.ask({type: 'try', trial, reference})
  if (answer.type !== 'tried' || answer.outcome.failures.length > 0) lane.stop()
  if (answer.type === 'tried') return answer.outcome
  const seconds = Object.fromEntries(PHASES.map(phase => [phase, 0])) as Record<Phase, number>
  return {trial, seconds, failures: [answer.type === 'broken' ? answer.error : 'the lane answered something else']}
}
