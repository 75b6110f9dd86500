import type {State, Verdict} from '../../benchmark/check.js'
import type {ProviderName} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {Unfinished} from './unfinished.js'

export const AREA_NAMES = ['smoke', 'security', 'certificates', 'time', 'disks'] as const

export type AreaName = (typeof AREA_NAMES)[number]

/**
 * Output contract of `khw verify --json`, and what the file `verify.json` beside the journal holds: fields are stable.
 *
 *     {"name","id","provider","kubernetes","at","seconds","ok",
 *      "totals":{"PASS","FAIL","WARN","NOT-APPLICABLE"},
 *      "areas":[{"area","at","seconds","checks":[{"id","title","state","found","cure"}]}],
 *      "unfinished":[{"command"}]}
 *
 * `cure` is what to type, commands with ` && ` between them: of all that failed, and of what is to be judged and can be put
 * right. `unfinished`: what is to be finished first; absent if there is nothing. The file has each area as it was looked at last.
 */
export interface VerifyReport {
  readonly name: string
  readonly id: string
  readonly provider: ProviderName
  /** Version without `v`. */
  readonly kubernetes: string
  /** When it began, ISO 8601. */
  readonly at: string
  readonly seconds: number
  /** Nothing failed. */
  readonly ok: boolean
  readonly totals: Readonly<Record<State, number>>
  /** Those that were asked for. */
  readonly areas: readonly AreaReport[]
  readonly unfinished?: readonly Unfinished[]
}

export interface AreaReport {
  readonly area: AreaName
  /** When it was looked at, ISO 8601. */
  readonly at: string
  readonly seconds: number
  readonly checks: readonly Verdict[]
}

export function totalsOf(areas: readonly AreaReport[]): Readonly<Record<State, number>> {
  const totals = {PASS: 0, FAIL: 0, WARN: 0, 'NOT-APPLICABLE': 0}
  for (const {state} of areas.flatMap(area => area.checks)) totals[state]++
  return totals
}

/** With the areas that were not looked at as they were kept from before. */
export function withOthers(report: VerifyReport, before: VerifyReport | undefined): VerifyReport {
  if (before?.id !== report.id) return report
  const known = [...report.areas, ...before.areas]
  const areas = AREA_NAMES.flatMap(name => known.find(({area}) => area === name) ?? [])
  const totals = totalsOf(areas)
  return {...report, ok: totals.FAIL === 0, totals, areas}
}

/** Throws USAGE, naming what there is. */
export function parseAreas(words: readonly string[]): readonly AreaName[] {
  const unknown = words.filter(word => !isArea(word))
  if (unknown.length === 0) return words.filter(isArea)
  const what = unknown.map(word => `"${word}"`).join(', ')
  throw new KhwError(
    'USAGE',
    `There is no area ${what} to verify; there is: ${AREA_NAMES.join(', ')}.`,
    [`khw verify --only ${AREA_NAMES[0]}`],
    {exit: 2},
  )
}

function isArea(word: string): word is AreaName {
  return (AREA_NAMES as readonly string[]).includes(word)
}
