import {policiesSentence} from '../cluster/cni.js'
import {costText} from '../cluster/cost.js'
import type {PlanReport} from '../steps/plan-cluster.js'
import {PHASES} from '../steps/phases.js'
import {count, duration} from './quantities.js'
import type {ReportOptions} from './status-report.js'
import {padTo, wrap} from './text.js'

/** What `khw plan` prints for people: every step in its phase, and what all of it takes. */
export function planReport(
  {spec, steps, estimate, notices}: PlanReport,
  {style, columns}: Omit<ReportOptions, 'now'>,
): string {
  const marks = {create: style.green('+'), adopt: style.yellow('~'), check: style.yellow('?'), keep: style.dim('=')}
  const width = Math.max(...steps.map(({id}) => id.length))
  const phases = PHASES.flatMap(({id, title}) => {
    const own = steps.filter(step => step.phase === id)
    if (own.length === 0) return []
    return [
      [
        style.bold(title),
        // What is too long goes on below its beginning, so that nothing of it is lost.
        ...own.flatMap(({action, id: step, title: what}) => {
          const [head = '', ...more] = wrap(what, Math.max(20, columns - width - 6))
          const first = `  ${marks[action]} ${padTo(step, width)}  ${style.dim(head)}`
          return [first, ...more.map(line => `${' '.repeat(width + 6)}${style.dim(line)}`)]
        }),
      ].join('\n'),
    ]
  })
  const of = (action: string): number => steps.filter(step => step.action === action).length
  const kinds = [
    `${style.green('+')} ${of('create')} to create`,
    `${style.yellow('~')} ${of('adopt')} to adopt`,
    ...(of('check') === 0 ? [] : [`${style.yellow('?')} ${of('check')} to check again`]),
    `${style.dim('=')} ${of('keep')} to keep`,
  ]
  const where = spec.provider === 'local' ? 'this machine' : `AWS, ${spec.region}`
  const {cost, calls, seconds, ttl} = estimate
  const amount = cost === null ? 'nothing' : costText(cost, ttl === null ? null : ttl * 1000)
  const summary = `It takes up to ${duration(seconds)} and ${count(calls, 'call')} that ${calls === 1 ? 'changes' : 'change'} something, and ${cost?.perHour === null ? 'what it costs is' : 'costs'} ${amount}.`
  const version = spec.kubernetesVersion === '' ? 'the newest that can be had' : spec.kubernetesVersion
  const made = `${spec.name}: ${count(spec.controllers, 'controller')}, ${count(spec.workers, 'worker')}, ${where}, Kubernetes ${version}${spec.securityProfile === undefined ? '' : `, security profile ${spec.securityProfile}`}`
  return [
    wrap(made, columns).join('\n').replace(spec.name, style.bold(spec.name)),
    ...phases,
    ...notices.map(notice => wrap(notice, columns).join('\n')),
    kinds.join('   '),
    wrap(summary, columns).join('\n'),
    wrap(
      `${policiesSentence(spec)}${spec.cni === undefined && spec.artifactSource !== 'debian' ? ' With --cni kube-network-policies they are enforced.' : ''}`,
      columns,
    ).join('\n'),
  ].join('\n\n')
}
