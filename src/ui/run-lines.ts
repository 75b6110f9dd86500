import {duration} from './quantities.js'
import type {ActiveStep, PhaseView} from './run-view.js'
import type {Style} from './style.js'
import {clip, padTo} from './text.js'

/** Steps quicker than this are not worth a line that comes and goes. */
const CALM_MS = 1000

/** `Start etcd (2/3)`: the count only where it says something. */
export function labelOf(phase: PhaseView): string {
  const counted = phase.total > 1 && (phase.state === 'running' || phase.state === 'failed')
  return counted ? `${phase.title} (${phase.finished}/${phase.total})` : phase.title
}

/** The width that leaves room for the longest label with its count. */
export function labelWidth(phases: readonly PhaseView[]): number {
  return Math.min(44, Math.max(0, ...phases.map(p => `${p.title} (${p.total}/${p.total})`.length)))
}

/** One line a phase: what, how far, how long. `stopped` is set when nothing more will happen. */
export function phaseLine(phase: PhaseView, width: number, now: number, style: Style, stopped = false): string {
  const label = labelOf(phase)
  if (phase.state === 'waiting') return style.dim(label)
  if (phase.state === 'done' && phase.kept === phase.total)
    return `${padTo(label, width)}  ${style.dim('already done')}`
  const time = duration(((phase.endedAt ?? now) - (phase.startedAt ?? now)) / 1000)
  const ending = phase.state === 'failed' ? ', failed' : stopped && phase.state === 'running' ? ', stopped' : ''
  return `${padTo(label, width)}  ${style.dim(time + ending)}`
}

/**
 * The running steps of the phases that are active, as many lines as the budget allows, shared fairly: what does not
 * fit is counted. Failures come first: they stay.
 */
export function detailLines(
  phases: readonly PhaseView[],
  budget: number,
  columns: number,
  now: number,
): ReadonlyMap<string, readonly string[]> {
  const wanted = phases.map(phase => [phase.id, linesOf(phase, now)] as const).filter(([, lines]) => lines.length > 0)
  const result = new Map<string, readonly string[]>()
  let left = budget
  for (const [i, [id, lines]] of wanted.entries()) {
    const share = Math.ceil(left / (wanted.length - i))
    if (share <= 0) continue
    const shown = lines.length <= share ? lines : [...lines.slice(0, share - 1), `and ${lines.length - share + 1} more`]
    result.set(
      id,
      shown.map(line => clip(line, columns)),
    )
    left -= shown.length
  }
  return result
}

function linesOf(phase: PhaseView, now: number): string[] {
  const failed = phase.failures.map(({title, message}) => `${title}: ${message.split('\n')[0] ?? ''}`)
  const slow = phase.active.filter(step => step.text !== '' || now - step.startedAt >= CALM_MS)
  return [...failed, ...slow.map(stepLine)]
}

function stepLine(step: ActiveStep): string {
  const text = step.text.split('\n')[0] ?? ''
  return text === '' ? step.title : `${step.title}: ${text}`
}
