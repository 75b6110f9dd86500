import type {State, Verdict} from '../benchmark/check.js'
import type {AreaName, VerifyReport} from '../steps/verify/verify-report.js'
import {count, duration} from './quantities.js'
import {marked, next} from './report-lines.js'
import type {Style} from './style.js'
import {clip, padTo, wrap} from './text.js'

export interface VerifyReportOptions {
  readonly style: Style
  readonly columns: number
  /** Lists the checks of the benchmark that passed, too, and those that no program can judge. */
  readonly all: boolean
  /** Where the whole report lies. */
  readonly file: string
}

/** Of so many checks those that passed, and those that say the same of every cluster, are counted, not listed. */
const MANY = 20

const WORDS: Readonly<Record<State, string>> = {PASS: 'pass', FAIL: 'FAIL', WARN: 'warn', 'NOT-APPLICABLE': 'n/a'}

const TITLES: Readonly<Record<AreaName, string>> = {
  smoke: 'Smoke',
  security: 'Security, by the CIS benchmark 1.12',
  certificates: 'Certificates',
  time: 'Time',
  disks: 'Disks',
}

/** What `khw verify` prints for people: a table an area, a row a check, below it what was found where it matters. */
export function verifyReport(report: VerifyReport, options: VerifyReportOptions): string {
  const {style, file} = options
  const told = new Set<string>()
  const areas = report.areas.map(({area, checks}) => {
    const isListed = (check: Verdict): boolean => check.state !== 'PASS' && check.untested !== true
    const shown = options.all || checks.length <= MANY ? checks : checks.filter(isListed)
    const rest = restOf(checks.filter(check => !shown.includes(check)))
    return [style.bold(TITLES[area]), ...rows(shown, told, options), ...rest.map(style.dim)].join('\n')
  })
  const failed = report.areas.filter(({checks}) => checks.some(({state}) => state === 'FAIL')).map(({area}) => area)
  const again = failed.length === 0 ? [] : [`khw verify ${report.name} --only ${failed.join(',')}`]
  const cures = [...new Set(report.areas.flatMap(({checks}) => checks.flatMap(commandsOf)))]
  // Where something can be put right, that comes first; what only shows more stands with what failed.
  const mending = cures.filter(command => command !== `khw status ${report.name}`)
  const first = (report.unfinished ?? []).map(({command}) => command)
  const then = (mending.length > 0 ? mending : cures).filter(command => !first.includes(command))
  return [
    ...areas,
    verdict(report, style, file),
    unfinished(first, options),
    next([...first, ...then, ...again], style),
  ]
    .filter(text => text !== '')
    .join('\n\n')
}

/** Until that is finished, nodes differ: what failed may be for that. */
function unfinished(commands: readonly string[], {style, columns}: VerifyReportOptions): string {
  if (commands.length === 0) return ''
  const what = `What ${commands.join(' and ')} has begun is unfinished; what is wrong above may be for that.`
  return marked(style.yellow('!'), what, columns)
}

/** What is not listed. */
function restOf(checks: readonly Verdict[]): readonly string[] {
  const passed = checks.filter(({state}) => state === 'PASS').length
  const untested = checks.length - passed
  const counts = [
    ...(passed === 0 ? [] : [`${count(passed, 'check')} passed`]),
    ...(untested === 0 ? [] : [`${count(untested, 'check')} no program can judge`]),
  ]
  return counts.length === 0 ? [] : [`  and ${counts.join(', ')} (--all lists them)`]
}

/** Each in a line of its own, whole, so that it can be copied. */
function commandsOf({cure}: Verdict): readonly string[] {
  return cure?.split(' && ') ?? []
}

/** What is to be typed stands where it is first of use. */
function rows(checks: readonly Verdict[], told: Set<string>, {style, columns}: VerifyReportOptions): string[] {
  const width = Math.max(...checks.map(({id}) => id.length), 0)
  const indent = ' '.repeat(8)
  return checks.flatMap(check => {
    const {id, title, state, found} = check
    const commands = commandsOf(check).filter(command => !told.has(command))
    for (const command of commands) told.add(command)
    return [
      clip(`  ${padTo(WORDS[state], 4)}  ${padTo(id, width)}  ${title}`, columns).replace(WORDS[state], word =>
        painted(state, style)(word),
      ),
      ...(state === 'PASS'
        ? []
        : wrap(found, Math.max(30, columns - indent.length)).map(line => style.dim(`${indent}${line}`))),
      ...commands.map(command => `${indent}${style.cyan(command)}`),
    ]
  })
}

function painted(state: State, style: Style): (text: string) => string {
  return {PASS: style.green, FAIL: style.red, WARN: style.yellow, 'NOT-APPLICABLE': style.dim}[state]
}

function verdict({name, ok, totals, seconds}: VerifyReport, style: Style, file: string): string {
  const mark = ok ? style.green('✔') : style.red('✖')
  const counts = [
    `${totals.PASS} passed`,
    `${totals.FAIL} failed`,
    `${totals.WARN} to be judged`,
    `${totals['NOT-APPLICABLE']} not applicable`,
  ]
  return `${mark} ${style.bold(name)}: ${counts.join(', ')} (${duration(seconds)})\n${style.dim(`  all of it: ${file}`)}`
}
