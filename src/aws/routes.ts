import type {CreateRouteCommandInput, EC2, RouteTable} from '@aws-sdk/client-ec2'
import {awsErrorCode} from './errors.js'

interface RouteTarget {
  readonly DestinationCidrBlock: string
  readonly GatewayId?: string
  readonly NetworkInterfaceId?: string
}

/** Whether that one of the tables has this very route and it leads somewhere. */
export function hasRoute(tables: readonly RouteTable[], routeTableId: string, wanted: RouteTarget): boolean {
  const table = tables.find(t => t.RouteTableId === routeTableId)
  return (table?.Routes ?? []).some(
    route =>
      route.State === 'active' &&
      route.DestinationCidrBlock === wanted.DestinationCidrBlock &&
      (wanted.GatewayId === undefined || route.GatewayId === wanted.GatewayId) &&
      (wanted.NetworkInterfaceId === undefined || route.NetworkInterfaceId === wanted.NetworkInterfaceId),
  )
}

/** Creates the route, or turns the one to the same destination towards the new target. */
export async function putRoute(ec2: EC2, input: CreateRouteCommandInput): Promise<void> {
  try {
    await ec2.createRoute(input)
  } catch (error) {
    if (awsErrorCode(error) !== 'RouteAlreadyExists') throw error
    await ec2.replaceRoute(input)
  }
}
