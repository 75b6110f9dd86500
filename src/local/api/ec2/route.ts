import {contains, formatCidr} from '../../../cluster/cidr.js'
import type {RegionState, Route, RouteTable} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {canonicalCidr, storedCidr} from '../cidr-parameter.js'
import type {Parameters} from '../parameters.js'
import {checkId, lookUp} from '../resource-kinds.js'

/** A route as DescribeRouteTables shows it. */
export interface DescribedRoute {
  readonly destinationCidrBlock: string
  readonly gatewayId?: string
  readonly instanceId?: string
  readonly instanceOwnerId?: string
  readonly networkInterfaceId?: string
  readonly origin: 'CreateRouteTable' | 'CreateRoute'
  readonly state: 'active' | 'blackhole'
}

export const routeActions = [
  action('CreateRoute', routeRequest, async (request, region) => {
    const vpcId = await region.store.change(state => {
      const table = lookUp(state.routeTables, 'routeTable', request.tableId)
      const route = routeOf(state, table, request)
      if (table.routes.some(other => other.destinationCidrBlock === request.destination))
        throw new ApiError('RouteAlreadyExists', `The route identified by ${request.destination} already exists.`)
      table.routes.push(route)
      return table.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
  action('ReplaceRoute', routeRequest, async (request, region) => {
    const vpcId = await region.store.change(state => {
      const table = lookUp(state.routeTables, 'routeTable', request.tableId)
      const route = routeOf(state, table, request)
      const index = table.routes.findIndex(other => other.destinationCidrBlock === request.destination)
      if (index < 0)
        throw new ApiError(
          'InvalidParameterValue',
          `There is no route defined for '${request.destination}' in the route table. Use CreateRoute instead.`,
        )
      table.routes[index] = route
      return table.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
  action('DeleteRoute', tableAndDestination, async ({tableId, destination}, region) => {
    const vpcId = await region.store.change(state => {
      const table = lookUp(state.routeTables, 'routeTable', tableId)
      if (lookUp(state.vpcs, 'vpc', table.vpcId).cidrBlock === destination)
        throw new ApiError(
          'InvalidParameterValue',
          `cannot remove local route ${destination} in route table ${tableId}`,
        )
      if (!table.routes.some(route => route.destinationCidrBlock === destination))
        throw new ApiError(
          'InvalidRoute.NotFound',
          `no route with destination-cidr-block ${destination} in route table ${tableId}`,
        )
      table.routes = table.routes.filter(route => route.destinationCidrBlock !== destination)
      return table.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
]

/** All routes of a table: the local one first, `blackhole` where the target is gone, detached or stopped. */
export function describeRoutes(table: RouteTable, state: RegionState): DescribedRoute[] {
  const vpc = lookUp(state.vpcs, 'vpc', table.vpcId)
  const local = {
    destinationCidrBlock: vpc.cidrBlock,
    gatewayId: 'local',
    origin: 'CreateRouteTable',
    state: 'active',
  } as const
  return [local, ...table.routes.map(route => describeRoute(route, table, state))]
}

function describeRoute({destinationCidrBlock, target}: Route, table: RouteTable, state: RegionState): DescribedRoute {
  if (target.kind === 'gateway') {
    const attached = state.internetGateways[target.gatewayId]?.vpcId === table.vpcId
    const {gatewayId} = target
    return {destinationCidrBlock, gatewayId, origin: 'CreateRoute', state: attached ? 'active' : 'blackhole'}
  }
  const {networkInterfaceId} = target
  const instanceId = state.networkInterfaces[networkInterfaceId]?.attachment?.instanceId
  const instance = instanceId === undefined ? undefined : state.instances[instanceId]
  const alive = instance !== undefined && ['pending', 'running'].includes(instance.state)
  return {
    destinationCidrBlock,
    ...(instanceId === undefined ? {} : {instanceId, instanceOwnerId: state.accountId}),
    networkInterfaceId,
    origin: 'CreateRoute',
    state: alive ? 'active' : 'blackhole',
  }
}

interface RouteRequest {
  readonly tableId: string
  readonly destination: string
  readonly gatewayId: string | undefined
  readonly networkInterfaceId: string | undefined
  readonly instanceId: string | undefined
}

function routeRequest(parameters: Parameters): RouteRequest {
  const targets = {
    gatewayId: parameters.optional('GatewayId'),
    networkInterfaceId: parameters.optional('NetworkInterfaceId'),
    instanceId: parameters.optional('InstanceId'),
  }
  const given = Object.values(targets).filter(target => target !== undefined).length
  const request = {...tableAndDestination(parameters), ...targets}
  if (given === 0)
    throw new ApiError(
      'MissingParameter',
      'The request must contain exactly one of gatewayId, instanceId, networkInterfaceId',
    )
  if (given > 1)
    throw new ApiError(
      'InvalidParameterCombination',
      'The request must contain exactly one of gatewayId, instanceId, networkInterfaceId',
    )
  return request
}

function tableAndDestination(parameters: Parameters): {tableId: string; destination: string} {
  const tableId = parameters.required('RouteTableId')
  const text = parameters.required('DestinationCidrBlock')
  const cidr = canonicalCidr(text)
  if (cidr === undefined) throw invalidValue(text, 'destinationCidrBlock', 'This is not a valid CIDR block.')
  return {tableId, destination: formatCidr(cidr)}
}

function routeOf(state: RegionState, table: RouteTable, request: RouteRequest): Route {
  const {destination: destinationCidrBlock} = request
  const vpc = lookUp(state.vpcs, 'vpc', table.vpcId)
  if (contains(storedCidr(vpc.cidrBlock), storedCidr(destinationCidrBlock)))
    throw new ApiError(
      'InvalidParameterValue',
      `The destination CIDR block ${destinationCidrBlock} is equal to or more specific than one of this VPC's CIDR blocks.`,
    )
  return {destinationCidrBlock, target: targetOf(state, table, request)}
}

function targetOf(state: RegionState, table: RouteTable, request: RouteRequest): Route['target'] {
  const {gatewayId, networkInterfaceId, instanceId} = request
  if (gatewayId !== undefined) {
    checkId('internetGateway', gatewayId)
    const gateway = state.internetGateways[gatewayId]
    if (gateway === undefined) {
      throw new ApiError('InvalidGatewayID.NotFound', `The gateway ID '${gatewayId}' does not exist`)
    }
    if (gateway.vpcId !== table.vpcId) throw otherNetwork(table, 'network gateway', gatewayId)
    return {kind: 'gateway', gatewayId}
  }
  const nicId = networkInterfaceId ?? primaryInterface(state, instanceId ?? '')
  const nic = lookUp(state.networkInterfaces, 'networkInterface', nicId)
  if (nic.vpcId !== table.vpcId) throw otherNetwork(table, 'interface', nicId)
  return {kind: 'networkInterface', networkInterfaceId: nicId}
}

function primaryInterface(state: RegionState, instanceId: string): string {
  return lookUp(state.instances, 'instance', instanceId).networkInterfaceId
}

function otherNetwork(table: RouteTable, noun: string, id: string): ApiError {
  return new ApiError(
    'InvalidParameterValue',
    `route table ${table.routeTableId} and ${noun} ${id} belong to different networks`,
  )
}
