import type {ClusterReport} from '../cluster/report.js'
import {ending} from './moments.js'
import {marked, next, type ReportOptions} from './report-lines.js'

export interface RotateView extends Pick<ClusterReport, 'name' | 'ready' | 'rotating'> {
  /** The old service account key was dropped before the tokens that it has signed had ended. */
  readonly revoked: boolean
}

/** What `khw keys rotate` prints for people: that it is done, from when on the old service account key may go, or what its end costs. */
export function rotateReport(
  {name, ready, rotating = [], revoked}: RotateView,
  {style, columns, now}: ReportOptions,
): string {
  const mark = ready ? style.green('✔') : style.yellow('!')
  const warn = (text: string): string => marked(style.yellow('!'), text, columns)
  const until = rotating.find(each => each.waitsUntil !== undefined)?.waitsUntil
  const lines = [marked(mark, `${style.bold(name)} uses its new keys`, columns)]
  const commands = ready ? [] : [`khw status ${name}`]
  if (until !== undefined) {
    const why = `The old service account key stays until the tokens of pods that it has signed have ended, ${ending(until, now)}. The first command below drops it then. The second drops it now: pods are refused by the API until they are restarted.`
    lines.push(warn(why))
    commands.push(`khw keys rotate ${name}`, `khw keys rotate ${name} --service-account --revoke-tokens`)
  } else if (revoked) {
    lines.push(
      warn(
        'Pods that hold a token of the old key are refused by the API until they are restarted: CoreDNS where it runs, and what else uses the API.',
      ),
    )
    commands.push(
      'kubectl get deployments,daemonsets,statefulsets --all-namespaces',
      'kubectl --namespace NAMESPACE rollout restart deployment NAME',
    )
  }
  return [lines.join('\n'), next(commands, style)].filter(part => part !== '').join('\n\n')
}
