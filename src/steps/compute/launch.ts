import type {Instance, RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import {awsErrorCode} from '../../aws/errors.js'
import {findImage} from '../../aws/image-lookup.js'
import {required} from '../../aws/required.js'
import {CLUSTER_ID_TAG, STEP_TAG, tagValue} from '../../aws/tags.js'
import type {ClusterNode} from '../../cluster/addressing.js'
import {DEFAULT_IMAGE} from '../../cluster/image-families.js'
import {KhwError} from '../../errors.js'
import type {StepContext} from '../engine/context.js'
import {beginLaunch, currentLaunch, type BootImage, type LaunchRequest} from './launch-input.js'
import {
  isAddressTaken,
  isNoRoom,
  nextPlace,
  offerName,
  placesOf,
  withoutRoom,
  type Place,
  type Refusal,
} from './places.js'

/** Name of the zone of a place's subnet. */
export type ZoneOf = (place: Place) => string

/**
 * Launches a node's machine at the first of its places that has room, from the newest image where the one that was looked
 * up is gone, and at another address where somebody has its own. Each call is on the disk before it is made, with the
 * places that were tried before: a run that is killed goes on with the very call it was at. Throws AWS_CAPACITY with all
 * that was tried; whoever runs the step again begins with the first place again.
 */
export async function launch(
  context: StepContext,
  node: ClusterNode,
  asked: LaunchRequest,
  zoneOf: ZoneOf,
): Promise<Instance> {
  const places = placesOf(context.spec, node)
  let request = asked
  for (;;) {
    const {input, place = places[0], refusals = [], earlier = 0} = await currentLaunch(context, node, request)
    try {
      const {Instances} = await context.ec2.runInstances(input)
      return required(Instances?.[0], 'an instance')
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (isImageGone(error)) {
        request = {...request, image: await otherImage(context, input.ImageId)}
        await beginLaunch(context, node, request, {place, refusals, earlier: earlier + 1})
        continue
      }
      const isTaken = isAddressTaken(error, place)
      if (isTaken ? !(await isHeldByOther(context, input)) : !isNoRoom(error, place)) throw error
      const all = [...refusals, {place, code: error.name, message: error.message}]
      const next = nextPlace(places, all)
      await beginLaunch(context, node, request, {
        place: next ?? places[0],
        refusals: next === undefined ? [] : all,
        earlier: earlier + 1,
      })
      if (next === undefined) throw noRoomAnywhere(context, node, withoutRoom(all), zoneOf)
      if (isTaken) context.progress(`${place.privateIp ?? ''} is taken: EC2 chooses an address`)
      else
        context.progress(`no room for ${offerName(place)} in ${zoneOf(place)}: ${offerName(next)} in ${zoneOf(next)}`)
    }
  }
}

/**
 * Whether the address belongs to what is there to stay, such as an interface of a load balancer, which has whatever was
 * free. The node's own last machine gives it back when it has ended; and what nobody is seen to have may be free by now.
 */
async function isHeldByOther(
  {ec2, clusterId, stepId, signal}: StepContext,
  {NetworkInterfaces: [wanted] = []}: RunInstancesCommandInput,
): Promise<boolean> {
  const Filters = [
    {Name: 'subnet-id', Values: [required(wanted?.SubnetId, 'SubnetId')]},
    {Name: 'addresses.private-ip-address', Values: [required(wanted?.PrivateIpAddress, 'PrivateIpAddress')]},
  ]
  const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({Filters}, {abortSignal: signal})
  return NetworkInterfaces.some(
    ({TagSet}) => tagValue(TagSet, CLUSTER_ID_TAG) !== clusterId || tagValue(TagSet, STEP_TAG) !== stepId,
  )
}

function isImageGone(error: Error): boolean {
  return ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'].includes(awsErrorCode(error) ?? '')
}

/** A publisher takes old images away; that of an id has no successor. */
async function otherImage({ec2, spec, access, signal}: StepContext, gone: string | undefined): Promise<BootImage> {
  const {image = DEFAULT_IMAGE, architecture} = spec
  const found = await findImage(ec2, image, architecture, signal)
  if (found?.rootDeviceName !== undefined && found.imageId !== gone)
    return {imageId: found.imageId, rootDeviceName: found.rootDeviceName}
  throw new KhwError(
    'AWS_ERROR',
    `The image ${gone ?? image} is gone from ${access.region}, and there is no other ${image}.`,
    [`Take the cluster down, then create it with another --image: khw destroy ${spec.name}`],
  )
}

function noRoomAnywhere(
  {access, spec}: StepContext,
  {name, role}: ClusterNode,
  refusals: readonly Refusal[],
  zoneOf: ZoneOf,
): KhwError {
  const tried = refusals.map(({place, code}) => `${offerName(place)} in ${zoneOf(place)} (${code})`)
  // The last of each code: `Unsupported` may be a zone without the type, or an image that the type cannot boot.
  const words = new Map(refusals.map(({code, message}) => [code, message]))
  const said = [...words].flatMap(([code, message]) => (message === undefined ? [] : `${code}: ${message}`))
  return new KhwError(
    'AWS_CAPACITY',
    [`${access.region} has no room for ${name} now: ${tried.join(', ')}.`, ...said].join('\n'),
    [
      'Run the same command again later: it goes on where it stopped.',
      `Or take the cluster down and name other types, in order of preference: khw destroy ${spec.name}, then khw create --${role}-type TYPE,TYPE`,
    ],
  )
}
