import type {ClusterReport} from '../cluster/report.js'
import {ending, marked, next, type ReportOptions} from './status-report.js'

/** What `khw keys rotate` prints for people: that it is done, or from when on the old service account key may go. */
export function rotateReport(
  {name, ready, rotating = []}: Pick<ClusterReport, 'name' | 'ready' | 'rotating'>,
  {style, columns, now}: ReportOptions,
): string {
  const mark = ready ? style.green('✔') : style.yellow('!')
  const until = rotating.find(each => each.waitsUntil !== undefined)?.waitsUntil
  const lines = [marked(mark, `${style.bold(name)} uses its new keys`, columns)]
  if (until !== undefined) {
    const why = `The old service account key stays until the tokens of pods that it has signed have ended, ${ending(until, now)}. The command below drops it then; with --revoke-tokens now, and pods are refused by the API until they are restarted.`
    lines.push(marked(style.yellow('!'), why, columns))
  }
  const commands = [
    ...(ready ? [] : [`khw status ${name}`]),
    ...(until === undefined ? [] : [`khw keys rotate ${name}`]),
  ]
  return [lines.join('\n'), next(commands, style)].filter(part => part !== '').join('\n\n')
}
