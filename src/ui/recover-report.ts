import type {RecoverReport} from '../steps/recover-cluster.js'
import {next} from './report-lines.js'
import type {Style} from './style.js'

const FROM = {
  journal: 'its journal was readable all along',
  copy: 'from the copy of its header',
  tags: 'from its tags',
}

/** What `khw recover` prints: what is known again, and what can be done with it. */
export function recoverReport({name, id, from, secrets}: RecoverReport, style: Style): string {
  const head = `${style.green('✔')} ${style.bold(name)} (${id}) is recorded again, ${FROM[from]}`
  if (secrets) return [head, '', next([`khw create --name ${name}`, `khw destroy ${name}`], style)].join('\n')
  const lost = '  Its keys are lost: nobody gets into its machines any more, it can only be destroyed.'
  return [head, lost, '', next([`khw destroy ${name}`], style)].join('\n')
}
