import type {AddonReport} from '../steps/addons/report.js'
import type {AddonChange, AddonsReport} from '../steps/cluster-addons.js'
import {count} from './quantities.js'
import {next, type ReportOptions} from './report-lines.js'
import type {Style} from './style.js'
import {table} from './table.js'
import {wrap} from './text.js'

type Options = Omit<ReportOptions, 'now'>

/** What `khw addon list` prints for people. */
export function addonsReport({name, addons}: AddonsReport, {style, columns}: Options): string {
  if (name === null) return offers(addons, style)
  const rows = addons.map(addon => [
    addon.name,
    stateWord(addon, style),
    versionOf(addon) ?? style.dim('-'),
    addon.purpose,
  ])
  const details = addons
    .filter(({state}) => state !== 'absent' && state !== 'ready')
    .flatMap(addon => hanging(`${mark(addon, style)} `, `${addon.name}: ${addon.detail}`, columns))
  const absent = addons.find(({state}) => state === 'absent')
  const broken = addons.find(({state}) => state === 'incomplete')
  const todo = [
    ...(broken ? [`khw addon add ${name} ${broken.name}`] : []),
    ...(absent ? [`khw addon add ${name} ${absent.name}`] : []),
  ]
  const sections = [
    table(['ADD-ON', 'STATE', 'VERSION', 'FOR'], rows, style),
    details.join('\n'),
    ...(todo.length > 0 ? [next(todo, style)] : []),
  ]
  return sections.filter(section => section !== '').join('\n\n')
}

/** What there is to add, while there is no cluster. */
function offers(addons: readonly AddonReport[], style: Style): string {
  const rows = addons.map(({name, wanted, purpose}) => [name, wanted ? style.green('yes') : style.dim('no'), purpose])
  const others = addons.filter(({wanted}) => !wanted)
  return [
    table(['ADD-ON', 'BY DEFAULT', 'FOR'], rows, style),
    'There is no cluster yet.',
    next([`khw create ${others.map(({name}) => `--addon ${name}`).join(' ')}`], style),
  ].join('\n\n')
}

/** What `khw addon add` prints for people. */
export function addonAdded({name, addon}: AddonChange, {style, columns}: Options): string {
  const version = versionOf(addon)
  const what = `${addon.title}${version === undefined ? '' : ` ${version}`}`
  return hanging(`${mark(addon, style)} `, `${what} in ${name}: ${addon.detail}`, columns).join('\n')
}

/** What `khw addon remove` prints for people. */
export function addonRemoved(
  {name, addon, removed = [], without = ''}: AddonChange,
  {style, columns}: Options,
): string {
  const gone = removed.length === 0 ? 'was not there' : `is gone: ${count(removed.length, 'object')} deleted`
  return hanging(`${style.green('✔')} `, `${addon.title} ${gone} in ${name}. ${without}`, columns).join('\n')
}

function stateWord({state}: AddonReport, style: Style): string {
  const words = {
    ready: style.green('ready'),
    starting: style.yellow('starting'),
    incomplete: style.red('incomplete'),
    foreign: style.yellow("somebody else's"),
    absent: style.dim('not installed'),
    unavailable: style.dim('no image'),
  }
  return words[state]
}

function mark({state}: AddonReport, style: Style): string {
  if (state === 'ready') return style.green('✔')
  return state === 'incomplete' ? style.red('✖') : style.yellow('!')
}

/** `v0.9.0` of a reference to an image, if it says one. */
function versionOf({image}: AddonReport): string | undefined {
  return /:([\w.-]+)(@.*)?$/.exec(image ?? '')?.[1]
}

function hanging(head: string, text: string, columns: number): readonly string[] {
  const [first = '', ...rest] = wrap(text, columns - 2)
  return [`${head}${first}`, ...rest.map(line => `  ${line}`)]
}
