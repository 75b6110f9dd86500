import type {Verdict} from '../../../benchmark/check.js'
import type {ClusterNode} from '../../../cluster/addressing.js'
import {KhwError, messageOf} from '../../../errors.js'
import type {RemoteNode} from '../../../ssh/remote-node.js'
import type {RunContext} from '../../engine/context.js'
import {untilAborted} from '../../engine/within.js'
import {machinesCure} from '../cures.js'
import type {NodeHost} from '../../node/host.js'

/** One part of `khw verify`. A check that fails is a verdict; what is thrown becomes one. */
export interface Area {
  readonly title: string
  /** Milliseconds: what has not answered by then has failed. */
  readonly limit: number
  readonly look: (input: AreaInput) => Promise<readonly Verdict[]>
}

export interface AreaInput {
  readonly context: RunContext
  /** Where SSH reaches the machines that run, by node name. */
  readonly hosts: Readonly<Record<string, NodeHost>>
  readonly progress: (text: string) => void
  /** Ends when the area's time is up or the user interrupts. */
  readonly signal: AbortSignal
}

/** A connection to a node. Throws SSH_FAILED, at once for a machine that does not run. */
export function connectTo({context, hosts, progress}: AreaInput, {name}: ClusterNode): Promise<RemoteNode> {
  const at = hosts[name]
  if (at) return context.nodes.to(name, at.host, progress, at.via)
  throw new KhwError('SSH_FAILED', `The machine of ${name} is not running, or cannot be reached.`, [
    `See what is: khw status ${context.spec.name}`,
  ])
}

/** What `ask` learns of each node, and a verdict on each that cannot be asked. */
export async function askNodes<T>(
  input: AreaInput,
  nodes: readonly ClusterNode[],
  ask: (node: ClusterNode, ssh: RemoteNode) => Promise<T>,
): Promise<{readonly answers: readonly T[]; readonly silent: readonly Verdict[]}> {
  const answers: T[] = []
  const silent: Verdict[] = []
  await Promise.all(
    nodes.map(async node => {
      try {
        answers.push(await untilAborted(input.signal, async () => ask(node, await connectTo(input, node))))
      } catch (error) {
        const gone = input.hosts[node.name] === undefined
        silent.push({
          ...{id: node.name, title: 'The node can be asked', state: 'FAIL', found: messageOf(error)},
          ...(gone && {cure: machinesCure(input.context)}),
        })
      }
    }),
  )
  return {answers, silent}
}
