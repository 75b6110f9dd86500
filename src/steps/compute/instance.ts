import type {Instance as Ec2Instance, RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {STEP_TAG, tagValue} from '../../aws/tags.js'
import {isPrivate, type ClusterNode} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type OutputsOf, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import {keyPair} from '../access/key-pair.js'
import {profileRole} from '../access/profile-role.js'
import {rolePolicy} from '../access/role-policy.js'
import {controllerGroup, workerGroup} from '../network/security-group.js'
import type {Subnet} from '../network/subnet.js'
import {zones} from '../network/zones.js'
import {image} from './image.js'
import {launch, type ZoneOf} from './launch.js'
import type {LaunchRequest} from './launch-input.js'
import {instanceStepId} from './node-instance.js'
import {placesOf, type Place, type Refusal} from './places.js'

type InstanceNeeds = {
  /** All: where its own has no room, it goes to another. */
  readonly subnets: readonly Subnet[]
  readonly zones: typeof zones
  readonly group: typeof workerGroup
  readonly keyPair: typeof keyPair
  readonly image: typeof image
  /** In this order: a machine whose role may do nothing yet is left waiting by Systems Manager. */
  readonly rolePolicy?: typeof rolePolicy
  readonly profileRole?: typeof profileRole
}

type Launched = {
  instanceId: string
  networkInterfaceId: string
}

export type Instance = Step<Launched, InstanceNeeds>

/** One machine. One RunInstances a node, so that each has its own client token and tags. */
export function instance(spec: ClusterSpec, node: ClusterNode, subnets: readonly Subnet[]): Instance {
  return defineStep<Launched, InstanceNeeds>({
    id: instanceStepId(node.name),
    phase: 'compute',
    title: `Launch ${node.name}`,
    needs: {
      subnets,
      zones,
      group: node.role === 'controller' ? controllerGroup : workerGroup,
      keyPair,
      image,
      ...(spec.ssm === true ? {rolePolicy, profileRole} : {}),
    },
    onRepeat: 'repeats',

    find({inventory, stepId}) {
      const alive = inventory.instances.filter(i => ['pending', 'running'].includes(i.State?.Name ?? ''))
      const found = madeBy(alive, stepId)
      return found?.NetworkInterfaces?.[0]?.NetworkInterfaceId === undefined ? undefined : launched(found)
    },

    async create(context, needs) {
      const stopped = madeBy(context.inventory.instances, context.stepId)
      if (stopped?.State?.Name?.startsWith('stop') === true) return launched(await startAgain(context, stopped))
      const {zones: names} = needs.zones
      const zoneOf: ZoneOf = ({subnet}) => names[(subnet - 1) % names.length] ?? `subnet ${subnet}`
      return launched(await launch(context, node, requestFor(context, spec, node, needs, zoneOf), zoneOf))
    },
  })
}

/** One that is taken back is not asked for again by EC2: the next create does that. The price is at most that on demand. */
const SPOT: RunInstancesCommandInput['InstanceMarketOptions'] = {
  MarketType: 'spot',
  SpotOptions: {SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate'},
}

function requestFor(
  {tags, inventory, stepId}: StepContext,
  spec: ClusterSpec,
  node: ClusterNode,
  needs: OutputsOf<InstanceNeeds>,
  zoneOf: ZoneOf,
): LaunchRequest {
  const inputAt: LaunchRequest['inputAt'] = (place, image) => ({
    MinCount: 1,
    MaxCount: 1,
    ImageId: image.imageId,
    InstanceType: place.instanceType as never,
    KeyName: needs.keyPair.keyName,
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: required(needs.subnets[place.subnet - 1], 'a subnet').subnetId,
        ...(place.privateIp === undefined ? {} : {PrivateIpAddress: place.privateIp}),
        Groups: [needs.group.groupId],
        AssociatePublicIpAddress: !isPrivate(spec, node.role),
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {VolumeSize: spec.volumeSize, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true},
      },
    ],
    MetadataOptions: {HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1},
    InstanceInitiatedShutdownBehavior: 'terminate',
    ...(place.spot === true ? {InstanceMarketOptions: SPOT} : {}),
    ...(needs.profileRole === undefined ? {} : {IamInstanceProfile: {Name: needs.profileRole.profile}}),
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map(type =>
      tags(type, `${spec.name}-${node.name}`),
    ),
  })
  return {image: needs.image, refusals: refusedLate({inventory, stepId}, placesOf(spec, node), zoneOf), inputAt}
}

/**
 * EC2 may take a launch and find out only then that it has no room: the machine ends with that as its reason, and keeps of
 * where it was only the zone.
 */
function refusedLate(
  {inventory, stepId}: Pick<StepContext, 'inventory' | 'stepId'>,
  places: readonly Place[],
  zoneOf: ZoneOf,
): Refusal[] {
  const code = 'InsufficientInstanceCapacity'
  const ended = inventory.ended.filter(({Tags}) => tagValue(Tags, STEP_TAG) === stepId)
  return ended
    .filter(({StateReason}) => StateReason?.Code === `Server.${code}`)
    .flatMap(({InstanceType: type, Placement, InstanceLifecycle}) =>
      places
        .filter(place => place.instanceType === type && zoneOf(place) === Placement?.AvailabilityZone)
        .filter(({spot}) => (spot === true) === (InstanceLifecycle === 'spot'))
        .map(place => ({place, code})),
    )
}

function launched({InstanceId, NetworkInterfaces}: Ec2Instance): Launched {
  return {
    instanceId: required(InstanceId, 'InstanceId'),
    networkInterfaceId: required(NetworkInterfaces?.[0]?.NetworkInterfaceId, 'NetworkInterfaceId'),
  }
}

/** A machine that somebody has stopped keeps its address and its disk: it is started, not replaced. */
async function startAgain({ec2, clock, signal}: StepContext, machine: Ec2Instance): Promise<Ec2Instance> {
  const instanceId = required(machine.InstanceId, 'InstanceId')
  await waitUntil(async () => (await ec2.startInstances({InstanceIds: [instanceId]}), true), {
    what: `${instanceId} to have stopped, so that it can be started`,
    budget: 180_000,
    every: 1_000,
    clock,
    signal,
    suggestions: [`Look at ${instanceId} in the EC2 console, then run the same command again.`],
  })
  return machine
}
