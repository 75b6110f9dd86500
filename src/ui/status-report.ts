import {hostname} from 'node:os'
import {pricesAsOf} from '../cluster/prices.js'
import {
  rotationIsDue,
  type AtWork,
  type Check,
  type ClusterReport,
  type CostReport,
  type NodeReport,
  type Progress,
} from '../cluster/report.js'
import {usd} from '../cluster/cost.js'
import {expiryWarning, isExpired} from '../cluster/expiry.js'
import {ENOUGH_TIME} from '../pki/enough-days.js'
import {ending, endsWithin, expiry} from './moments.js'
import {rotation} from './old-keys.js'
import {plannedWork, type PlannedWork} from './planned-work.js'
import {count, duration} from './quantities.js'
import {marked, next, warned, type ReportOptions} from './report-lines.js'
import type {Style} from './style.js'
import {fields, table} from './table.js'

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

function headline(report: ClusterReport, style: Style): string {
  const {name, phase, progress} = report
  const work = plannedWork(report)
  const isPlanned = work !== undefined && failing(report).every(({check, node}) => work.explain(check, node))
  const words = {
    ready: style.green('is ready'),
    degraded: style.yellow(isPlanned ? `is getting new ${work.what}` : 'is degraded'),
    creating: style.yellow(progress?.by ? 'is being created' : 'is unfinished'),
    destroying: style.yellow('is being destroyed'),
  }
  return `${style.bold(name)} ${words[phase]}`
}

function facts(report: ClusterReport, now: number): [string, string][] {
  const {cost, expiresAt, certificates, nodes} = report
  const by = report.progress?.by ?? report.by
  const of = (role: NodeReport['role']): number => nodes.filter(node => node.role === role).length
  const rows: [string, string | undefined][] = [
    [
      'Kubernetes',
      `${report.kubernetes}${report.securityProfile ? ` (security profile ${report.securityProfile})` : ''}`,
    ],
    ['Made of', `${count(of('controller'), 'controller')}, ${count(of('worker'), 'worker')}`],
    ['Where', report.provider === 'local' ? 'this machine' : `AWS, ${report.region}`],
    ['API', report.endpoint ?? (report.progress ? 'not there yet' : 'no controller answers')],
    ['Tolerates', report.progress ? undefined : tolerance(report.tolerates)],
    ['Done', report.progress && `${report.progress.done} of ${report.progress.total} steps`],
    [report.progress || report.phase === 'destroying' ? 'By' : 'At work', by ? atWork(by, now) : undefined],
    ['Policies', report.progress ? undefined : policies(report.network)],
    ['Certificates', certificates.earliestExpiry === null ? undefined : expiry(certificates.earliestExpiry, now)],
    ['Renewal', certificates.renewing ? 'begun, and not on every node yet' : undefined],
    ['Old keys', report.rotating && rotation(report.rotating, now)],
    ['Costs', cost ? costs(cost) : undefined],
    ['Ends', expiresAt === null ? undefined : ending(expiresAt, now)],
  ]
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as [string, string]]))
}

/** Only what is not right: a list of things that are is nothing to read. */
function problems(report: ClusterReport, options: ReportOptions): string {
  const {checks, nodes, progress} = report
  // What is not there yet is not broken; but who is not let in cannot go on.
  if (progress) {
    const access = checks.filter(({name, ok}) => name === 'access' && !ok)
    return [...underWay(progress, options), ...access.map(check => wrong({check}, options))].join('\n')
  }
  const all = checks.length + nodes.reduce((sum, node) => sum + node.checks.length, 0)
  if (all === 0) return ''
  const failed = failing(report)
  if (failed.length === 0) return `${options.style.green('✔')} ${count(all, 'check')} passed`
  const work = plannedWork(report)
  return failed.map(each => wrong(each, options, work)).join('\n')
}

interface Failing {
  readonly check: Check
  /** Whose it is, if it is of one. */
  readonly node?: NodeReport
}

function failing({checks, nodes}: ClusterReport): readonly Failing[] {
  const all: Failing[] = [
    ...checks.map(check => ({check})),
    ...nodes.flatMap(node => node.checks.map(check => ({check, node}))),
  ]
  return all.filter(({check}) => !check.ok)
}

function wrong({check, node}: Failing, {style, columns}: ReportOptions, work?: PlannedWork): string {
  const planned = work?.explain(check, node)
  const where = node === undefined ? '' : `${node.name}: `
  const mark = planned === undefined ? style.red('✖') : style.yellow('…')
  return marked(mark, `${where}${check.name}: ${planned ?? check.detail}`, columns)
}

/** Where a create is, or where it was left. */
function underWay({begun, by}: Progress, {style, columns}: ReportOptions): string[] {
  const shown = begun.slice(0, STEPS_SHOWN)
  if (shown.length === 0) return []
  const more = begun.length - shown.length
  const text = `${by ? 'Under way' : 'Begun, and not done'}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [marked(style.yellow(by ? '…' : '!'), text, columns)]
}

const STEPS_SHOWN = 6

/** `khw create --name lab (process 4711, for 12 s)`. */
function atWork({command, pid, host, since}: AtWork, now: number): string {
  const elsewhere = host === hostname() ? '' : ` on ${host}`
  return `${command} (process ${pid}${elsewhere}, for ${duration(Math.max(0, now - Date.parse(since)) / 1000)})`
}

function nextSteps(report: ClusterReport, {style, now}: ReportOptions): string {
  const {phase, name, nodes, checks, expiresAt, certificates, progress} = report
  const warning = expiryWarning({name, expiresAt}, now)
  if (warning !== undefined && isExpired(expiresAt, now)) return next(warning.next, style)
  const broken = nodes.find(node => !node.ready && node.state === 'running')
  if (checks.some(check => check.name === 'access' && !check.ok)) return next([`khw access refresh ${name}`], style)
  const due = certificates.renewing ?? endsWithin(ENOUGH_TIME, certificates.earliestExpiry, now)
  // Whoever is at work locks all others out.
  const busy = (progress?.by ?? report.by ?? null) !== null
  const rotate = rotationIsDue(now, report.rotating) && phase !== 'destroying' ? [`khw keys rotate ${name}`] : []
  if (busy && (due || rotate.length > 0 || phase !== 'ready')) return next([`khw status ${name}`], style)
  const renew = due && phase !== 'destroying' ? [`khw certs renew ${name}`] : []
  // Nothing else helps once they have ended.
  if (phase === 'degraded' && endsWithin(0, certificates.earliestExpiry, now)) return next(renew, style)
  const commands = {
    ready: [`export KUBECONFIG="$(khw kubeconfig ${name} --path)"`, 'kubectl get nodes'],
    degraded: [
      ...(broken ? [`khw ssh ${broken.name} --name ${name} -- sudo journalctl -n 50 --no-pager`] : []),
      // Says what is wrong on a node, and what to type there.
      ...(broken ? [`khw verify ${name}`] : []),
      // What is lost is made anew.
      `khw create --name ${name}`,
    ],
    creating: [`khw create --name ${name}`],
    destroying: [`khw destroy ${name}`],
  }
  // They refuse where a machine is missing. Where none is, what a rotation was stopped at may be all that is wrong.
  const missing = nodes.some(({state}) => state !== 'running')
  const first = phase !== 'degraded' ? [...renew, ...rotate] : missing ? [] : rotate
  const ordered = [...first, ...commands[phase], ...[...renew, ...rotate].filter(command => !first.includes(command))]
  return next([...ordered, ...(warning?.next ?? [])], style)
}

function policies({cni, policiesEnforced}: ClusterReport['network']): string {
  if (cni === 'bridge') return `not enforced (--cni ${cni}): a NetworkPolicy does nothing`
  return policiesEnforced ? `enforced by ${cni}` : `not known to be enforced by ${cni}`
}

function tolerance(n: number): string {
  return n === 0 ? 'no further loss of a controller' : `the loss of ${count(n, 'more controller')}`
}

/** `$0.29 an hour (list prices of June 2025)`. */
export function perHour(cost: CostReport): string {
  if (cost.perHour === null) return `an unknown amount: there is no list price of ${cost.unknown.join(', ')}`
  return `${usd(cost.perHour)} an hour (list prices of ${pricesAsOf()})`
}

function costs({perHour, spent, unknown}: CostReport): string {
  if (unknown.length > 0) return `unknown: no list price of ${unknown.join(', ')}`
  return `${usd(perHour ?? 0)} an hour, ${usd(spent ?? 0)} so far (list prices of ${pricesAsOf()})`
}
