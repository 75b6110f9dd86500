import type {EC2, Route} from '@aws-sdk/client-ec2'
import {KhwError} from '../errors.js'
import {awsErrorCode, isNotFound} from './errors.js'
import {CLUSTER_ID_TAG, tagValue} from './tags.js'

export interface RouteClaim {
  readonly RouteTableId: string
  readonly DestinationCidrBlock: string
  readonly NetworkInterfaceId: string
}

export interface Claimer {
  readonly ec2: EC2
  readonly ec2Once: EC2
  readonly clusterId: string
  readonly signal: AbortSignal
}

/**
 * Routes carry no tags. One is a cluster's own if it leads to an interface of the cluster's, which does; or, to a range of
 * the cluster's, to an interface that is gone: nobody else has any use for it. Any other is somebody else's.
 */
export async function isOwnRoute({ec2, clusterId, signal}: Omit<Claimer, 'ec2Once'>, route: Route): Promise<boolean> {
  const {NetworkInterfaceId: id, State} = route
  if (id === undefined) return false
  try {
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces(
      {NetworkInterfaceIds: [id]},
      {abortSignal: signal},
    )
    return NetworkInterfaces.some(({TagSet}) => tagValue(TagSet, CLUSTER_ID_TAG) === clusterId)
  } catch (error) {
    if (isNotFound(error)) return State === 'blackhole'
    throw error
  }
}

/** Puts a route into a table of somebody else's. Throws AWS_ERROR if there is one to that range that is not the cluster's. */
export async function claimRoute(claimer: Claimer, claim: RouteClaim): Promise<void> {
  const {ec2, ec2Once, signal} = claimer
  try {
    await ec2Once.createRoute(claim)
    return
  } catch (error) {
    if (awsErrorCode(error) !== 'RouteAlreadyExists') throw error
  }
  const {RouteTableId, DestinationCidrBlock, NetworkInterfaceId} = claim
  const {RouteTables = []} = await ec2.describeRouteTables({RouteTableIds: [RouteTableId]}, {abortSignal: signal})
  const there = RouteTables[0]?.Routes?.find(route => route.DestinationCidrBlock === DestinationCidrBlock)
  if (there?.NetworkInterfaceId === NetworkInterfaceId) return
  if (there !== undefined && !(await isOwnRoute(claimer, there)))
    throw new KhwError(
      'AWS_ERROR',
      `${RouteTableId} has a route to ${DestinationCidrBlock} already, which is not the cluster's.`,
      ['Destroy the cluster, and create it with a --pod-cidr that is free.'],
    )
  await (there === undefined ? ec2Once.createRoute(claim) : ec2Once.replaceRoute(claim))
}
