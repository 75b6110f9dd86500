import {remediesOf, type NodeCheck, type Remedy, type State} from '../../benchmark/check.js'
import type {NodeFacts} from '../../benchmark/facts.js'
import type {RunContext} from '../engine/context.js'

export type Subject = Pick<RunContext, 'spec'>

/** What somebody types here to run a command there. */
export function onNode({spec}: Subject, node: string, command: string): string {
  return `khw ssh ${node} --name ${spec.name} -- ${command}`
}

/** Starts machines that were stopped, and makes those anew that are gone. */
export function machinesCure({spec}: Subject): string {
  return `khw create --name ${spec.name}`
}

/** Sends the nodes all of their files again. */
export function renewalCure({spec}: Subject): string {
  return `khw certs renew ${spec.name}`
}

/** Shows each node, each machine and what is wrong with them: for what has no cure of its own. */
export function lookCure({spec}: Subject): string {
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
