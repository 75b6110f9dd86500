import {policiesSentence} from '../cluster/cni.js'
import {costText} from '../cluster/cost.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {PHASES} from '../steps/phases.js'
import type {PlanReport} from '../steps/plan-cluster.js'
import type {PlannedStep} from '../steps/planned-steps.js'
import {count, duration} from './quantities.js'
import {marked, type ReportOptions} from './report-lines.js'
import type {Style} from './style.js'
import {padTo, widthOf, wrap} from './text.js'

export interface PlanReportOptions extends Omit<ReportOptions, 'now'> {
  /** Every step, whatever becomes of it. */
  readonly all: boolean
}

/** Steps that are no more than a screen has room for are named; of more, phases say how many. */
const FEW = 12

const KINDS = ['create', 'adopt', 'check', 'keep'] as const

/** What `khw plan` prints for people, on one screen of 80x24 unless they want `all`: what it takes, then what is done. */
export function planReport(report: PlanReport, {style, columns, all}: PlanReportOptions): string {
  const {spec, steps, notices} = report
  const news = steps.filter(({action}) => action !== 'keep')
  const paragraph = (text: string): string => wrap(text, columns).join('\n')
  const total = [...counts(steps, style, true), ...(all ? [] : [style.dim('every step: --all')])].join('   ')
  const done =
    all || (news.length > 0 && news.length <= FEW)
      ? [...stepsByPhase(all ? steps : news, {style, columns}), total]
      : [[...phaseLines(steps, style), total].join('\n')]
  return [
    [paragraph(headline(spec)).replace(spec.name, style.bold(spec.name)), paragraph(summary(report))].join('\n'),
    ...done,
    [...notices, policies(spec)].map(notice => marked(style.yellow('!'), notice, columns)).join('\n'),
  ].join('\n\n')
}

function headline(spec: ClusterSpec): string {
  const {name, controllers, workers, kubernetesVersion, securityProfile} = spec
  const where = spec.provider === 'local' ? 'this machine' : `AWS, ${spec.region}`
  const version = kubernetesVersion === '' ? 'the newest that can be had' : kubernetesVersion
  const profile = securityProfile === undefined ? '' : `, security profile ${securityProfile}`
  return `${name}: ${count(controllers, 'controller')}, ${count(workers, 'worker')}, ${where}, Kubernetes ${version}${profile}`
}

function summary({estimate: {cost, calls, seconds, ttl}}: PlanReport): string {
  const amount = cost === null ? 'nothing' : costText(cost, ttl === null ? null : ttl * 1000)
  const does = `${count(calls, 'call')} that ${calls === 1 ? 'changes' : 'change'} something`
  return `It takes up to ${duration(seconds)} and ${does}, and ${cost?.perHour === null ? 'what it costs is' : 'costs'} ${amount}.`
}

function policies(spec: ClusterSpec): string {
  const hint = spec.cni === undefined && spec.artifactSource !== 'debian'
  return `${policiesSentence(spec)}${hint ? ' With --cni kube-network-policies they are enforced.' : ''}`
}

/** A line for each phase in which something is done, with how much. */
function phaseLines(steps: readonly PlannedStep[], style: Style): readonly string[] {
  const phases = PHASES.flatMap(({id, title}) => {
    const own = steps.filter(({phase}) => phase === id)
    return own.some(({action}) => action !== 'keep') ? [{title, own}] : []
  })
  const width = Math.max(0, ...phases.map(({title}) => widthOf(title)))
  return phases.map(({title, own}) => `${padTo(style.bold(title), width)}  ${counts(own, style, false).join('  ')}`)
}

function stepsByPhase(
  steps: readonly PlannedStep[],
  {style, columns}: Pick<PlanReportOptions, 'style' | 'columns'>,
): readonly string[] {
  const width = Math.max(...steps.map(({id}) => id.length))
  return PHASES.flatMap(({id, title}) => {
    const own = steps.filter(({phase}) => phase === id)
    if (own.length === 0) return []
    const lines = own.flatMap(({action, id: step, title: what}) => {
      // What is too long goes on below its beginning, so that nothing of it is lost.
      const [head = '', ...more] = wrap(what, Math.max(20, columns - width - 6))
      const first = `  ${mark(action, style)} ${padTo(step, width)}  ${style.dim(head)}`
      return [first, ...more.map(line => `${' '.repeat(width + 6)}${style.dim(line)}`)]
    })
    return [[style.bold(title), ...lines].join('\n')]
  })
}

/** `+ 12 to create`, or `+ 12`, of each kind that there is. */
function counts(steps: readonly PlannedStep[], style: Style, named: boolean): readonly string[] {
  return KINDS.flatMap(kind => {
    const n = steps.filter(({action}) => action === kind).length
    if (n === 0) return []
    return [`${mark(kind, style)} ${n}${named ? ` to ${kind === 'check' ? 'check again' : kind}` : ''}`]
  })
}

function mark(action: PlannedStep['action'], style: Style): string {
  return {create: style.green('+'), adopt: style.yellow('~'), check: style.yellow('?'), keep: style.dim('=')}[action]
}
