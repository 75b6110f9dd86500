import type {ClusterNode} from '../../cluster/addressing.js'
import type {SshConnection} from '../../ssh/connection.js'
import {
  addEtcdMemberCommand,
  ETCD_BEGAN_COMMAND,
  etcdMembersCommand,
  removeEtcdMemberCommand,
} from '../../templates/remote-commands.js'
import type {EtcdInitialState} from '../../templates/etcd.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Connect} from '../node/connect.js'
import {asRoot} from '../node/root-shell.js'
import {memberNamed, parseMembers, type EtcdMember} from './members.js'

type MembershipNeeds = {
  readonly own: Connect
  readonly others: readonly Connect[]
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

    async create(context, {own, others: hosts}) {
      const ssh = await context.nodes.to(node.name, own.host)
      const began = (await asRoot(ssh, ETCD_BEGAN_COMMAND, {signal: context.signal})).trim()
      if (began === 'new' || began === 'existing') return {initialState: began}
      for (const [i, other] of others.entries()) {
        const peer = await context.nodes.to(other.name, hosts[i]?.host ?? '')
        const members = await membersSeenBy(context, peer)
        if (members.length > 0) return {initialState: await takePlace(context, node, peer, members)}
      }
      return {initialState: 'new'}
    },
  })
}

/** Empty if etcd never ran on that node. */
async function membersSeenBy({artifacts, signal}: StepContext, peer: SshConnection): Promise<readonly EtcdMember[]> {
  return waitUntil(async () => parseMembers(await asRoot(peer, etcdMembersCommand(artifacts), {signal})), {
    what: `etcd on ${peer.target.name} to say who its members are`,
    budget: 60_000,
    every: 1_000,
    signal,
    suggestions: [`Read its log: khw ssh ${peer.target.name} -- sudo journalctl -u etcd -n 50`],
  })
}

async function takePlace(
  {artifacts, signal}: StepContext,
  node: ClusterNode,
  peer: SshConnection,
  members: readonly EtcdMember[],
): Promise<EtcdInitialState> {
  const lost = memberNamed(members, node)
  // It is expected already, and has never run: either from the very beginning, or since an interrupted replacement.
  if (lost && !lost.hasRun) return lost.name === '' ? 'existing' : 'new'
  const wait = {
    what: `the other members of etcd to take ${node.name} in`,
    budget: 120_000,
    every: 1_000,
    signal,
    suggestions: [`Read their log: khw ssh ${peer.target.name} -- sudo journalctl -u etcd -n 50`],
  } as const
  if (lost)
    await waitUntil(async () => (await asRoot(peer, removeEtcdMemberCommand(artifacts, lost.id), {signal}), true), wait)
  await waitUntil(async () => (await asRoot(peer, addEtcdMemberCommand(artifacts, node), {signal}), true), wait)
  return 'existing'
}
