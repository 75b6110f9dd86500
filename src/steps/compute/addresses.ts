import type {Instance as Ec2Instance} from '@aws-sdk/client-ec2'
import {KhwError} from '../../errors.js'
import {isPrivate, nodesOf, plannedIp, type ClusterNode} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import type {Instance} from './instance.js'

type Known = {
  publicIps: Record<string, string>
  /** Only of the machines that are not where the spec plans them to be. */
  privateIps?: Record<string, string>
}

export type Addresses = Step<Known, {instances: readonly Instance[]}>

/** Addresses by node name; one poll asks for all machines at once. */
export function addresses(spec: ClusterSpec, instances: readonly Instance[]): Addresses {
  return defineStep<Known, {instances: readonly Instance[]}>({
    id: 'compute/addresses',
    phase: 'compute',
    title: 'Learn the addresses',
    needs: {instances},

    find({inventory}, needs) {
      const ids = needs.instances.map(i => i.instanceId)
      return addressesOf(spec, ids, inventory.instances)
    },

    async create(context, needs) {
      const ids = needs.instances.map(i => i.instanceId)
      return waitUntil(async () => addressesOf(spec, ids, await describe(context, ids)), {
        what: 'the machines to have addresses',
        budget: 300_000,
        every: 300,
        clock: context.clock,
        signal: context.signal,
        suggestions: ['Look at the instances in the EC2 console, then run the same command again.'],
      })
    },
  })
}

async function describe({ec2, signal}: StepContext, ids: string[]): Promise<Ec2Instance[]> {
  const {Reservations = []} = await ec2.describeInstances({InstanceIds: ids}, {abortSignal: signal})
  return Reservations.flatMap(reservation => reservation.Instances ?? [])
}

function addressesOf(spec: ClusterSpec, ids: readonly string[], instances: readonly Ec2Instance[]): Known | undefined {
  const publicIps: Record<string, string> = {}
  const privateIps: Record<string, string> = {}
  for (const [index, node] of nodesOf(spec).entries()) {
    const instance = instances.find(i => i.InstanceId === ids[index])
    const state = instance?.State?.Name
    if (state === 'terminated' || state === 'shutting-down') throw new Fatal(ended(node, instance))
    if (!isPrivate(spec, node.role)) {
      if (instance?.PublicIpAddress === undefined) return undefined
      publicIps[node.name] = instance.PublicIpAddress
    }
    const {PrivateIpAddress: own} = instance ?? {}
    if (own === undefined && plannedIp(spec, node) === undefined) return undefined
    if (own !== undefined && own !== plannedIp(spec, node)) privateIps[node.name] = own
  }
  return {publicIps, ...(Object.keys(privateIps).length > 0 && {privateIps})}
}

function ended(node: ClusterNode, instance: Ec2Instance | undefined): KhwError {
  const reason = instance?.StateReason?.Message ?? 'no reason given'
  return new KhwError(
    'AWS_ERROR',
    `The machine of ${node.name} (${instance?.InstanceId ?? '?'}) ended right after its launch: ${reason}.`,
    ['Run the same command again to launch it anew.'],
  )
}
