import type {Instance} from '@aws-sdk/client-ec2'
import {required} from '../../aws/required.js'
import type {ClusterNode} from '../../cluster/addressing.js'
import {KhwError} from '../../errors.js'
import type {StepContext} from '../engine/context.js'
import {beginLaunch, currentLaunch, type LaunchRequest} from './launch-input.js'
import {isNoRoom, nextPlace, offerName, placesOf, type Place, type Refusal} from './places.js'

/**
 * Launches a node's machine at the first of its places that has room. Each call is on the disk before it is made, with the
 * places that were tried before: a run that is killed goes on with the very call it was at. Throws AWS_CAPACITY with all
 * that was tried; whoever runs the step again begins with the first place again.
 *
 * @param zoneOf name of a subnet's zone, for people.
 */
export async function launch(
  context: StepContext,
  node: ClusterNode,
  request: LaunchRequest,
  zoneOf: (place: Place) => string,
): Promise<Instance> {
  const places = placesOf(context.spec, node)
  for (;;) {
    const {input, place = places[0], refusals = [], earlier = 0} = await currentLaunch(context, node, request)
    try {
      const {Instances} = await context.ec2.runInstances(input)
      return required(Instances?.[0], 'an instance')
    } catch (error) {
      if (!(error instanceof Error) || !isNoRoom(error, place)) throw error
      const all = [...refusals, {place, code: error.name}]
      const next = nextPlace(places, all)
      await beginLaunch(context, node, request, {
        place: next ?? places[0],
        refusals: next === undefined ? [] : all,
        earlier: earlier + 1,
      })
      if (next === undefined) throw noRoomAnywhere(context, node, all, zoneOf)
      context.progress(`no room for ${offerName(place)} in ${zoneOf(place)}: ${offerName(next)} in ${zoneOf(next)}`)
    }
  }
}

function noRoomAnywhere(
  {access, spec}: StepContext,
  {name, role}: ClusterNode,
  refusals: readonly Refusal[],
  zoneOf: (place: Place) => string,
): KhwError {
  const tried = refusals.map(({place, code}) => `${offerName(place)} in ${zoneOf(place)} (${code})`)
  return new KhwError('AWS_CAPACITY', `${access.region} has no room for ${name} now: ${tried.join(', ')}.`, [
    'Run the same command again later: it goes on where it stopped.',
    `Or take the cluster down and name other types, in order of preference: khw destroy ${spec.name}, then khw create --${role}-type TYPE,TYPE`,
  ])
}
