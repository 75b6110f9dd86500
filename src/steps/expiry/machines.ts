import {nodesOf, type ClusterNode} from '../../cluster/addressing.js'
import {messageOf} from '../../errors.js'
import {changeExpiry, type Expiry} from '../../templates/expiry.js'
import {instanceOfNode, liveHosts} from '../compute/node-instance.js'
import type {RunContext} from '../engine/context.js'
import {within} from '../engine/within.js'
import type {NodeHost} from '../node/host.js'
import {asRoot} from '../node/root-shell.js'

/** What became of one machine when all were told their new expiry. */
export interface ToldMachine {
  readonly name: string
  /** Whether there is a machine that runs. */
  readonly running: boolean
  readonly told: boolean
  /** Why it was not told; empty if it was. */
  readonly detail: string
}

/** Milliseconds for one machine: it has let us in before, or is not worth waiting for. */
const PATIENCE = 30_000

/** All machines at once; who cannot be reached keeps the others from nothing. */
export function tellMachines(context: RunContext, expiry: Expiry): Promise<readonly ToldMachine[]> {
  const hosts = liveHosts(context.spec, context.inventory)
  return Promise.all(nodesOf(context.spec).map(node => tell(context, node, hosts[node.name], expiry)))
}

async function tell(
  context: RunContext,
  {name}: ClusterNode,
  at: NodeHost | undefined,
  expiry: Expiry,
): Promise<ToldMachine> {
  if (at === undefined) {
    const state = instanceOfNode(context.inventory, name)?.State?.Name ?? 'missing'
    return {name, running: false, told: false, detail: `its machine is ${state}`}
  }
  const command = async (): Promise<void> => {
    const remote = await context.nodes.to(name, at.host, undefined, at.via)
    await asRoot(remote, changeExpiry(expiry), {signal: context.signal})
  }
  try {
    await within(context, PATIENCE, command)
    return {name, running: true, told: true, detail: ''}
  } catch (error) {
    context.signal.throwIfAborted()
    return {name, running: true, told: false, detail: messageOf(error)}
  }
}
