import {createHash} from 'node:crypto'
import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import type {ClusterNode} from '../../cluster/addressing.js'
import {proxyEnvironment} from '../../cluster/node-proxy.js'
import {drawHostKey} from '../../ssh/host-key.js'
import {cloudConfig} from '../../templates/cloud-config.js'
import type {StepContext} from '../engine/context.js'
import {nextPlace, placesOf, type Place, type Refusal} from './places.js'

/** What a machine boots from. */
export interface BootImage {
  readonly imageId: string
  readonly rootDeviceName: string
}

/** A node's machine, but for its place and what makes one call what it is. */
export interface LaunchRequest {
  readonly image: BootImage
  /** Places that had no room when the node's last machine was launched there. */
  readonly refusals: readonly Refusal[]
  readonly inputAt: (place: Place, image: BootImage) => Omit<RunInstancesCommandInput, 'ClientToken' | 'UserData'>
}

/** The launch that is under way: the call that is made, or made again, and the places that had no room before. */
export interface Launch {
  /** Of the step. A launch of another one is over. */
  readonly clientToken: string
  readonly input: RunInstancesCommandInput
  /** Absent in what an older khw wrote, which knew one place only. */
  readonly place?: Place
  readonly refusals?: readonly Refusal[]
  /** How many calls with other places, or before all places were tried once more, there were. */
  readonly earlier?: number
}

/**
 * The launch of a node, user data included. Kept among the secrets because it holds the host key, and written before the
 * call: a call that is repeated must be byte-identical to the first, by whatever version of khw, and a machine that is
 * launched anew has a host key of its own.
 */
export async function currentLaunch(context: StepContext, node: ClusterNode, request: LaunchRequest): Promise<Launch> {
  const stored = await context.secrets.read(nameOf(node))
  const known = stored === undefined ? undefined : (JSON.parse(stored) as Launch)
  if (known?.clientToken === context.clientToken) return known
  const places = placesOf(context.spec, node)
  const first = nextPlace(places, request.refusals)
  const refusals = first === undefined ? [] : request.refusals
  return beginLaunch(context, node, request, {place: first ?? places[0], refusals, earlier: 0})
}

/** A call of its own, with a token of its own: the one before was refused, and its record is replaced by this one. */
export async function beginLaunch(
  context: StepContext,
  node: ClusterNode,
  request: LaunchRequest,
  {place, refusals, earlier}: Required<Pick<Launch, 'place' | 'refusals' | 'earlier'>>,
): Promise<Launch> {
  const {secrets, artifacts, clientToken, createdAt, expiresAt, spec} = context
  const hostKey = await drawHostKey(secrets, node.name)
  const placed = {...node, ...(place.privateIp === undefined ? {} : {privateIp: place.privateIp})}
  const userData = cloudConfig({
    artifacts,
    node: placed,
    hostKey,
    environment: proxyEnvironment(spec),
    createdAt,
    expiresAt,
  })
  const input = {
    ...request.inputAt(place, request.image),
    ClientToken: earlier === 0 ? clientToken : tokenOfCall(clientToken, earlier),
    UserData: Buffer.from(userData).toString('base64'),
  }
  const launch: Launch = {clientToken, input, place, refusals, earlier}
  await secrets.write(nameOf(node), JSON.stringify(launch))
  return launch
}

function nameOf(node: ClusterNode): string {
  return `launch/${node.name}`
}

function tokenOfCall(clientToken: string, earlier: number): string {
  const digest = createHash('sha256').update(`${clientToken}\n${earlier}`).digest('hex')
  return `khw-${digest.slice(0, 40)}`
}
