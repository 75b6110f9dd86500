import {PRICES_AS_OF} from '../cluster/prices.js'
import type {ClusterReport, CostReport, NodeReport} from '../cluster/report.js'
import {usd} from '../cluster/cost.js'
import {expiryWarning, isExpired} from '../cluster/expiry.js'
import {count, duration} from './quantities.js'
import type {Style} from './style.js'
import {fields, table} from './table.js'
import {wrap} from './text.js'

export interface ReportOptions {
  readonly style: Style
  readonly columns: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What `khw status` prints for people: what there is, what is wrong, what to type next. */
export function statusReport(report: ClusterReport, options: ReportOptions): string {
  const {style} = options
  const sections = [
    headline(report, style),
    fields(facts(report, options.now), style, options.columns),
    nodesTable(report.nodes, options),
    warned(report, options),
    problems(report, options),
    nextSteps(report, options),
  ]
  return sections.filter(section => section !== '').join('\n\n')
}

/** One row a node, at most 80 columns wide; instance ids where there is room. */
export function nodesTable(nodes: readonly NodeReport[], {style, columns}: ReportOptions): string {
  const wide = columns >= 100
  const cell = (text: string | null): string => text ?? style.dim('-')
  const rows = nodes.map(node => [
    node.name,
    node.state === 'running' ? node.state : style.yellow(node.state),
    node.ready ? style.green('yes') : style.red('no'),
    cell(node.zone),
    cell(node.privateIp),
    cell(node.publicIp),
    ...(wide ? [cell(node.instanceId)] : []),
  ])
  const headings = ['NODE', 'MACHINE', 'READY', 'ZONE', 'PRIVATE IP', 'PUBLIC IP', ...(wide ? ['INSTANCE'] : [])]
  return table(headings, rows, style)
}

function headline({name, phase}: ClusterReport, style: Style): string {
  const words = {
    ready: style.green('is ready'),
    degraded: style.yellow('is degraded'),
    creating: style.yellow('is unfinished'),
    destroying: style.yellow('is being destroyed'),
  }
  return `${style.bold(name)} ${words[phase]}`
}

function facts(report: ClusterReport, now: number): [string, string][] {
  const {cost, expiresAt, certificates, nodes} = report
  const of = (role: NodeReport['role']): number => nodes.filter(node => node.role === role).length
  const rows: [string, string | undefined][] = [
    ['Kubernetes', report.kubernetes],
    ['Made of', `${count(of('controller'), 'controller')}, ${count(of('worker'), 'worker')}`],
    ['Where', report.provider === 'local' ? 'this machine' : `AWS, ${report.region}`],
    ['API', report.endpoint ?? 'no controller answers'],
    ['Tolerates', tolerance(report.tolerates)],
    ['Certificates', certificates.earliestExpiry === null ? undefined : expiry(certificates.earliestExpiry, now)],
    ['Costs', cost ? costs(cost) : undefined],
    ['Ends', expiresAt === null ? undefined : ending(expiresAt, now)],
  ]
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as [string, string]]))
}

/** Only what is not right: a list of things that are is nothing to read. */
function problems({checks, nodes}: ClusterReport, {style, columns}: ReportOptions): string {
  const all = [
    ...checks.map(check => ({...check, on: ''})),
    ...nodes.flatMap(node => node.checks.map(check => ({...check, on: `${node.name}: `}))),
  ]
  const wrong = all.filter(check => !check.ok)
  if (all.length === 0) return ''
  if (wrong.length === 0) return `${style.green('✔')} ${count(all.length, 'check')} passed`
  return wrong
    .map(({on, name, detail}) => {
      const [head = '', ...rest] = wrap(`${on}${name}: ${detail}`, columns - 4)
      return [`${style.red('✖')} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
    })
    .join('\n')
}

/** Of a cluster that is past its expiry or close to it. */
export function warned(
  cluster: {readonly name: string; readonly expiresAt: string | null},
  {style, columns, now}: ReportOptions,
): string {
  const warning = expiryWarning(cluster, now)
  if (warning === undefined) return ''
  const [head = '', ...rest] = wrap(warning.what, columns - 4)
  return [`${style.yellow('!')} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
}

function nextSteps(report: ClusterReport, {style, now}: ReportOptions): string {
  const {phase, name, nodes, checks, expiresAt, certificates} = report
  const warning = expiryWarning({name, expiresAt}, now)
  if (warning !== undefined && isExpired(expiresAt, now)) return next(warning.next, style)
  const broken = nodes.find(node => !node.ready && node.state === 'running')
  if (checks.some(check => check.name === 'access' && !check.ok)) return next([`khw access refresh ${name}`], style)
  const renew = endSoon(certificates.earliestExpiry, now) ? [`khw certs renew ${name}`] : []
  // Nothing else helps then.
  if (renew.length > 0 && phase === 'degraded') return next(renew, style)
  const commands = {
    ready: [`export KUBECONFIG="$(khw kubeconfig ${name} --path)"`, 'kubectl get nodes'],
    degraded: [
      ...(broken ? [`khw ssh ${broken.name} --name ${name} -- sudo journalctl -n 50 --no-pager`] : []),
      // What is lost is made anew.
      `khw create --name ${name}`,
    ],
    creating: [`khw create --name ${name}`],
    destroying: [`khw destroy ${name}`],
  }
  return next([...renew, ...commands[phase], ...(warning?.next ?? [])], style)
}

/** Commands to type next, one a line, ready to be copied. */
export function next(commands: readonly string[], style: Style): string {
  return commands.length === 0 ? '' : [style.dim('Next:'), ...commands.map(line => `  ${style.cyan(line)}`)].join('\n')
}

function tolerance(n: number): string {
  return n === 0 ? 'no further loss of a controller' : `the loss of ${count(n, 'more controller')}`
}

/** Within a week, as `khw certs list` counts it. */
function endSoon(iso: string | null, now: number): boolean {
  return iso !== null && Date.parse(iso) - now < 7 * 86_400_000
}

export function expiry(iso: string, now: number): string {
  const days = Math.floor((Date.parse(iso) - now) / 86_400_000)
  const when = days < 0 ? 'expired' : days === 0 ? 'today' : `in ${count(days, 'day')}`
  return `${iso.slice(0, 10)} (${when})`
}

/** `2026-11-26 11:04 UTC (in 7 h 58 min)`. */
export function ending(iso: string, now: number): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC (${timeLeft(iso, now)})`
}

/** `in 7 h 58 min`: minutes matter of what ends within a day or two. */
export function timeLeft(iso: string, now: number): string {
  const left = (Date.parse(iso) - now) / 1000
  if (left <= 0) return 'expired'
  return left < 2 * 86_400 ? `in ${duration(left)}` : `in ${Math.floor(left / 86_400)} days`
}

/** `$0.29 an hour (list prices of June 2025)`. */
export function perHour(cost: CostReport): string {
  if (cost.perHour === null) return `an unknown amount: there is no list price of ${cost.unknown.join(', ')}`
  return `${usd(cost.perHour)} an hour (list prices of ${PRICES_AS_OF})`
}

function costs({perHour, spent, unknown}: CostReport): string {
  if (unknown.length > 0) return `unknown: no list price of ${unknown.join(', ')}`
  return `${usd(perHour ?? 0)} an hour, ${usd(spent ?? 0)} so far (list prices of ${PRICES_AS_OF})`
}
