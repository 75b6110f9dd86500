import {remediesOf, type NodeCheck, type Remedy, type State} from '../../benchmark/check.js'
import type {NodeFacts} from '../../benchmark/facts.js'
import {ENOUGH_DAYS} from '../../pki/enough-days.js'
import type {RunContext} from '../engine/context.js'

export type Subject = Pick<RunContext, 'spec' | 'issuance'>

/** What somebody types here to run a command there. */
export function onNode({spec}: Pick<Subject, 'spec'>, node: string, command: string): string {
  return `khw ssh ${node} --name ${spec.name} -- ${command}`
}

/** Starts machines that were stopped, and makes those anew that are gone. */
export function machinesCure({spec}: Pick<Subject, 'spec'>): string {
  return `khw create --name ${spec.name}`
}

/** Sends the nodes all of their files again. One that was given certificates of less than what is enough would be given such again. */
export function renewalCure({spec, issuance}: Subject): string {
  const short = issuance?.lifetime !== undefined && issuance.lifetime < ENOUGH_DAYS * 86_400_000
  return `khw certs renew ${spec.name}${short ? ' --lifetime 30d' : ''}`
}

/** Shows each node, each machine and what is wrong with them: for what has no cure of its own. */
export function lookCure({spec}: Pick<Subject, 'spec'>): string {
  return `khw status ${spec.name}`
}

/** Of a check of the benchmark; what only shows more of it is for what failed. Undefined if there is nothing to type. */
export function benchmarkCure(
  check: NodeCheck,
  state: State,
  nodes: readonly NodeFacts[],
  subject: Subject,
): string | undefined {
  const commands = remediesOf(check, nodes).flatMap(({node, remedy}) => typed(remedy, node, state, subject))
  return commands.length === 0 ? undefined : joined(commands)
}

/** Each once. */
export function joined(commands: readonly string[]): string {
  return [...new Set(commands)].join(' && ')
}

function typed(remedy: Remedy, node: string, state: State, subject: Subject): readonly string[] {
  if ('resend' in remedy) return [renewalCure(subject)]
  if ('mend' in remedy) return remedy.mend.map(command => onNode(subject, node, `sudo ${command}`))
  return state === 'FAIL' ? [onNode(subject, node, `sudo ${remedy.look}`)] : []
}
