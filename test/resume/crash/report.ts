import {PHASES, type Outcome} from './trial.js'

/** The command that tries just this one again. */
export function repeatCommand({trial, thenId}: Outcome): string {
  const then = thenId === undefined ? '' : ` --then ${thenId}`
  return `npm run test:crash -- --point ${trial.point.id}${then}${trial.real ? ' --real' : ''}`
}

export function failureText(outcome: Outcome): string {
  const then = outcome.thenId === undefined ? '' : `, then ${outcome.thenId}`
  return [
    `✖ ${outcome.trial.point.id}${then}`,
    ...outcome.failures.map(failure => failure.replace(/^/gm, '    ')),
    `    again: ${repeatCommand(outcome)}`,
  ].join('\n')
}

/** The last lines of a run: failures, times, and how many of the points resume. */
export function summary(outcomes: readonly Outcome[], seconds: number): string {
  const failed = outcomes.filter(outcome => outcome.failures.length > 0)
  const means = PHASES.map(phase => {
    const times = outcomes.map(outcome => outcome.seconds[phase]).filter(time => time > 0)
    const mean = times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length)
    return `${phase} ${mean.toFixed(1)} s`
  })
  const slowest = [...outcomes].sort((a, b) => total(b) - total(a)).slice(0, 3)
  return [
    ...failed.map(failureText),
    `Took ${Math.round(seconds)} s; a trial on average: ${means.join(', ')}`,
    `Slowest: ${slowest.map(each => `${each.trial.point.id} (${total(each).toFixed(0)} s)`).join(', ')}`,
    `${outcomes.length - failed.length} of ${outcomes.length} points resume`,
  ].join('\n')
}

function total({seconds}: Outcome): number {
  return PHASES.reduce((sum, phase) => sum + seconds[phase], 0)
}
