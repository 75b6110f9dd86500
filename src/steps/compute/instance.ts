import type {Instance as Ec2Instance, RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {plannedIp, type ClusterNode} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import {keyPair} from '../access/key-pair.js'
import {controllerGroup, workerGroup} from '../network/security-group.js'
import type {Subnet} from '../network/subnet.js'
import {image} from './image.js'
import {instanceStepId} from './node-instance.js'
import {launchInput} from './launch-input.js'

type InstanceNeeds = {
  readonly subnet: Subnet
  readonly group: typeof workerGroup
  readonly keyPair: typeof keyPair
  readonly image: typeof image
}

export type Instance = Step<{instanceId: string; networkInterfaceId: string}, InstanceNeeds>

/** One machine. One RunInstances a node, so that each has its own client token and tags. */
export function instance(spec: ClusterSpec, node: ClusterNode, subnet: Subnet): Instance {
  return defineStep<{instanceId: string; networkInterfaceId: string}, InstanceNeeds>({
    id: instanceStepId(node.name),
    phase: 'compute',
    title: `Launch ${node.name}`,
    needs: {subnet, group: node.role === 'controller' ? controllerGroup : workerGroup, keyPair, image},
    onRepeat: 'repeats',

    find({inventory, stepId}) {
      const alive = inventory.instances.filter(i => ['pending', 'running'].includes(i.State?.Name ?? ''))
      const found = madeBy(alive, stepId)
      const networkInterfaceId = found?.NetworkInterfaces?.[0]?.NetworkInterfaceId
      return found?.InstanceId === undefined || networkInterfaceId === undefined
        ? undefined
        : {instanceId: found.InstanceId, networkInterfaceId}
    },

    async create(context, needs) {
      const {ec2, tags, inventory, stepId} = context
      const stopped = madeBy(inventory.instances, stepId)
      if (stopped?.State?.Name?.startsWith('stop') === true) return startAgain(context, stopped)
      const privateIp = plannedIp(spec, node)
      const request: RunInstancesCommandInput = {
        MinCount: 1,
        MaxCount: 1,
        ImageId: needs.image.imageId,
        InstanceType: (node.role === 'controller' ? spec.controllerType : spec.workerType) as never,
        KeyName: needs.keyPair.keyName,
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: needs.subnet.subnetId,
            ...(privateIp === undefined ? {} : {PrivateIpAddress: privateIp}),
            Groups: [needs.group.groupId],
            AssociatePublicIpAddress: true,
            DeleteOnTermination: true,
          },
        ],
        BlockDeviceMappings: [
          {
            DeviceName: needs.image.rootDeviceName,
            Ebs: {VolumeSize: spec.volumeSize, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true},
          },
        ],
        MetadataOptions: {HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1},
        InstanceInitiatedShutdownBehavior: 'terminate',
        TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map(type =>
          tags(type, `${spec.name}-${node.name}`),
        ),
      }
      const {Instances} = await ec2.runInstances(await launchInput(context, node, request))
      const made = required(Instances?.[0], 'an instance')
      return {
        instanceId: required(made.InstanceId, 'InstanceId'),
        networkInterfaceId: required(made.NetworkInterfaces?.[0]?.NetworkInterfaceId, 'NetworkInterfaceId'),
      }
    },
  })
}

/** A machine that somebody has stopped keeps its address and its disk: it is started, not replaced. */
async function startAgain(
  {ec2, clock, signal}: StepContext,
  machine: Ec2Instance,
): Promise<{instanceId: string; networkInterfaceId: string}> {
  const instanceId = required(machine.InstanceId, 'InstanceId')
  await waitUntil(async () => (await ec2.startInstances({InstanceIds: [instanceId]}), true), {
    what: `${instanceId} to have stopped, so that it can be started`,
    budget: 180_000,
    every: 1_000,
    clock,
    signal,
    suggestions: [`Look at ${instanceId} in the EC2 console, then run the same command again.`],
  })
  return {
    instanceId,
    networkInterfaceId: required(machine.NetworkInterfaces?.[0]?.NetworkInterfaceId, 'NetworkInterfaceId'),
  }
}
