import {policiesSentence} from '../cluster/cni.js'
import type {CreateReport} from '../cluster/report.js'
import {count, duration} from './quantities.js'
import {ending, endsWithin} from './moments.js'
import {next, type ReportOptions} from './report-lines.js'
import {nodesTable, perHour} from './status-report.js'
import {wrap} from './text.js'

export interface CreateReportOptions extends ReportOptions {
  /** When the command began; milliseconds since the epoch. */
  readonly startedAt: number
  /** The phase it was to stop after. */
  readonly until: string | undefined
  /** No other cluster exists: commands need no name. */
  readonly alone: boolean
}

/** The closing words of `khw create`. */
export function createReport(report: CreateReport, options: CreateReportOptions): string {
  const sections = isUnchanged(report, options) ? unchanged(report, options) : changed(report, options)
  return sections.filter(section => section !== '').join('\n\n')
}

/** Complete and well, and nothing of it was done in this run. */
function isUnchanged({ready, timings}: CreateReport, {startedAt}: CreateReportOptions): boolean {
  return ready && timings.every(timing => Date.parse(timing.startedAt) < startedAt)
}

/** Who has it already knows what it is; what is wrong with it is said all the same. */
function unchanged(report: CreateReport, options: CreateReportOptions): readonly string[] {
  const {name, kubernetes, checks, network} = report
  const {style, now, startedAt} = options
  const time = duration((now - startedAt) / 1000)
  const balanced = checks.every(({ok}) => ok)
  const enforced = network.cni === 'bridge' || network.policiesEnforced
  return [
    `${style.green('✔')} ${style.bold(name)} is ready, and nothing was to be done: Kubernetes ${kubernetes}, in ${time}`,
    balanced ? '' : loadBalancer(report, options),
    enforced ? '' : policies(report, options),
    money(report, options),
    next([`khw status ${name}`, ...commands(report, options)], style),
  ]
}

function changed(report: CreateReport, options: CreateReportOptions): readonly string[] {
  return [
    headline(report, options),
    nodesTable(report.nodes, options),
    loadBalancer(report, options),
    policies(report, options),
    slowest(report, options),
    money(report, options),
    next(commands(report, options), options.style),
  ]
}

function headline(report: CreateReport, {style, startedAt, now, until}: CreateReportOptions): string {
  const time = duration((now - startedAt) / 1000)
  const {name, kubernetes, nodes, phase} = report
  const of = (role: string): number => nodes.filter(node => node.role === role).length
  const what = `Kubernetes ${kubernetes}, ${count(of('controller'), 'controller')}, ${count(of('worker'), 'worker')}`
  if (phase === 'creating') {
    const after = until === undefined ? '' : ` after the phase ${until}`
    return `${style.green('✔')} ${style.bold(name)} stopped${after} as asked: ${what}, ${time}`
  }
  const mark = report.ready ? style.green('✔') : style.yellow('!')
  return `${mark} ${style.bold(name)} is ${phase}: ${what}, in ${time}`
}

/** Nobody has waited for it. */
function loadBalancer({phase, checks, nodes, endpoint}: CreateReport, {style, columns}: CreateReportOptions): string {
  const check = checks.find(({name}) => name === 'load-balancer')
  if (phase === 'creating' || check === undefined) return ''
  if (check.ok) return `${style.green('✔')} load balancer: healthy`
  const used = nodes.find(({publicIp}) => publicIp !== null && endpoint?.includes(`//${publicIp}:`) === true)
  const until = used === undefined ? '' : ` (kubectl uses ${used.name} until then; khw status tells when)`
  const [head = '', ...rest] = wrap(`load balancer: ${check.detail}${until}`, columns - 2)
  return [`${style.yellow('…')} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
}

/** Said of each new cluster: nothing else would tell that a NetworkPolicy does nothing. */
function policies({phase, network}: CreateReport, {style, columns}: CreateReportOptions): string {
  if (phase === 'creating') return ''
  const mark = network.policiesEnforced ? style.green('✔') : style.yellow('!')
  const text =
    network.cni === 'bridge' || network.policiesEnforced
      ? policiesSentence(network)
      : `Network policies are not known to be enforced: ${network.cni} is not ready on every worker.`
  const [head = '', ...rest] = wrap(text, columns - 2)
  return [`${mark} ${head}`, ...rest.map(line => `  ${line}`)].join('\n')
}

/** Where the time went: the longest steps of the chain that decided it, without what an earlier run has done. */
function slowest({timings, criticalPath}: CreateReport, {style, columns, startedAt}: CreateReportOptions): string {
  const now = timings.filter(timing => Date.parse(timing.startedAt) >= startedAt)
  const onPath = now.filter(timing => criticalPath.includes(timing.step))
  const longest = onPath.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3)
  if (longest.length === 0) return ''
  const text = `Most of the time went into ${longest.map(t => `${t.step} (${duration(t.seconds)})`).join(', ')}.`
  return wrap(text, columns)
    .map(line => style.dim(line))
    .join('\n')
}

/** What goes on costing, and until when. */
function money({cost, expiresAt, name}: CreateReport, {columns, now}: CreateReportOptions): string {
  const costs = cost === null ? [] : [`It costs ${perHour(cost)}.`]
  const ends =
    expiresAt !== null
      ? [`It ends ${ending(expiresAt, now)}; khw extend ${name} 4h gives it more time.`]
      : cost === null
        ? []
        : ['It never ends by itself.']
  return wrap([...costs, ...ends].join(' '), columns).join('\n')
}

function commands({name, phase, nodes, certificates}: CreateReport, {alone, now}: CreateReportOptions): string[] {
  if (phase === 'creating') return [`khw create --name ${name}`, `khw destroy ${name}`]
  // Nothing else helps once they have ended.
  if (phase === 'degraded' && endsWithin(0, certificates.earliestExpiry, now)) return [`khw certs renew ${name}`]
  const worker = nodes.find(node => node.role === 'worker')?.name ?? 'worker-1'
  return [
    `export KUBECONFIG="$(khw kubeconfig ${name} --path)"`,
    'kubectl get nodes',
    alone ? `khw ssh ${worker}` : `khw ssh ${worker} --name ${name}`,
    ...(phase === 'degraded' ? [`khw status ${name}`, `khw verify ${name}`] : []),
    `khw destroy ${name}`,
  ]
}
