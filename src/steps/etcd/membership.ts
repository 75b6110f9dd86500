import {required} from '../../aws/required.js'
import {controllersOf, placed, type ClusterNode, type PlacedNode} from '../../cluster/addressing.js'
import type {RemoteNode} from '../../ssh/remote-node.js'
import {
  addEtcdMemberCommand,
  ETCD_BEGAN_COMMAND,
  etcdMembersCommand,
  removeEtcdMemberCommand,
} from '../../templates/remote-commands.js'
import type {EtcdInitialState} from '../../templates/etcd.js'
import type {Addresses} from '../compute/addresses.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Connect} from '../node/connect.js'
import {asRoot, probeAsRoot} from '../node/root-shell.js'
import {memberNamed, parseMembers, type EtcdMember} from './members.js'

type MembershipNeeds = {
  readonly own: Connect
  readonly others: readonly Connect[]
  readonly addresses: Addresses
}

export type Membership = Step<{initialState: EtcdInitialState}, MembershipNeeds>

/**
 * How a controller's etcd is to begin: with the others, as a new cluster, or in the place of a member whose machine was
 * lost. In that case the others are told to forget the lost one and expect this one
 * (https://etcd.io/docs/v3.6/op-guide/runtime-configuration/#replace-a-failed-machine).
 */
export function membership(node: ClusterNode, others: readonly ClusterNode[], needs: MembershipNeeds): Membership {
  return defineStep<{initialState: EtcdInitialState}, MembershipNeeds>({
    id: `etcd/membership/${node.name}`,
    phase: 'etcd',
    title: `Decide how etcd begins on ${node.name}`,
    needs,

    async create(context, {own, others: hosts, addresses}) {
      const ssh = await context.nodes.to(node.name, own.host, context.progress)
      const began = (await asRoot(ssh, ETCD_BEGAN_COMMAND, {signal: context.signal})).trim()
      if (began === 'new' || began === 'existing') return {initialState: began}
      const spec = placed(context.spec, addresses)
      const self = required(controllersOf(spec)[node.number - 1], node.name)
      for (const [i, other] of others.entries()) {
        const peer = await context.nodes.to(other.name, hosts[i]?.host ?? '', context.progress)
        const members = await membersSeenBy(context, peer)
        if (members.length > 0) return {initialState: await takePlace(context, self, peer)}
      }
      return {initialState: 'new'}
    },
  })
}

/** Empty if etcd never ran on that node. */
async function membersSeenBy({artifacts, signal}: StepContext, peer: RemoteNode): Promise<readonly EtcdMember[]> {
  return waitUntil(async () => parseMembers(await probeAsRoot(peer, etcdMembersCommand(artifacts), {signal})), {
    what: `etcd on ${peer.name} to say who its members are`,
    budget: 60_000,
    every: 1_000,
    signal,
    suggestions: [`Read its log: khw ssh ${peer.name} -- sudo journalctl -u etcd -n 50`],
  })
}

/** The members are looked at before each try, as the answer to one that they had agreed on may have been lost. */
async function takePlace(context: StepContext, node: PlacedNode, peer: RemoteNode): Promise<EtcdInitialState> {
  const {artifacts, signal} = context
  const ask = (command: string): Promise<string> => probeAsRoot(peer, command, {signal})
  const tryOnce = async (): Promise<EtcdInitialState> => {
    const lost = memberNamed(parseMembers(await ask(etcdMembersCommand(artifacts))), node)
    // It is expected already, and has never run: either from the very beginning, or since an interrupted replacement.
    if (lost && !lost.hasRun) return lost.name === '' ? 'existing' : 'new'
    if (lost) await ask(removeEtcdMemberCommand(artifacts, lost.id))
    await ask(addEtcdMemberCommand(artifacts, node))
    return 'existing'
  }
  return waitUntil(tryOnce, {
    what: `the other members of etcd to take ${node.name} in`,
    budget: 120_000,
    every: 1_000,
    signal,
    suggestions: [`Read their log: khw ssh ${peer.name} -- sudo journalctl -u etcd -n 50`],
  })
}
