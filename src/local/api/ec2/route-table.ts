import type {RegionState, RouteTable, RouteTableAssociation} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {idsOfToken, rememberToken, tokenRequest} from '../client-tokens.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {dependencyViolation, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {describeRoutes} from './route.js'

const listing = (state: RegionState): Listing<RouteTable> => ({
  kind: 'routeTable',
  idOf: table => table.routeTableId,
  tagsOf: table => table.tags,
  fields: {
    'route-table-id': table => table.routeTableId,
    'vpc-id': table => table.vpcId,
    'owner-id': () => state.accountId,
    'association.route-table-association-id': table => table.associations.map(item => item.routeTableAssociationId),
    'association.route-table-id': table => (table.associations.length > 0 ? table.routeTableId : undefined),
    'association.subnet-id': table => table.associations.map(item => item.subnetId),
    'association.main': table => table.associations.map(item => item.main),
    'route.destination-cidr-block': table => describeRoutes(table, state).map(route => route.destinationCidrBlock),
    'route.gateway-id': table => describeRoutes(table, state).map(route => route.gatewayId),
    'route.instance-id': table => describeRoutes(table, state).map(route => route.instanceId),
    'route.origin': table => describeRoutes(table, state).map(route => route.origin),
    'route.state': table => describeRoutes(table, state).map(route => route.state),
    ...absent(
      'association.gateway-id',
      'route.destination-ipv6-cidr-block',
      'route.destination-prefix-list-id',
      'route.egress-only-internet-gateway-id',
      'route.nat-gateway-id',
      'route.transit-gateway-id',
      'route.vpc-peering-connection-id',
    ),
  },
})

export const routeTableActions = [
  action(
    'CreateRouteTable',
    parameters => ({
      vpcId: parameters.required('VpcId'),
      tags: tagSpecifications(parameters, 'routeTable'),
      token: tokenRequest(parameters, 'CreateRouteTable'),
    }),
    async ({vpcId, tags, token}, region) => {
      const table = await region.store.change(state => {
        const [earlier] = idsOfToken(state, token) ?? []
        if (earlier !== undefined) return lookUp(state.routeTables, 'routeTable', earlier)
        lookUp(state.vpcs, 'vpc', vpcId)
        const table: RouteTable = {
          routeTableId: newId('rtb'),
          vpcId,
          routes: [],
          associations: [],
          tags: tagsFor(tags, 'routeTable'),
        }
        state.routeTables[table.routeTableId] = table
        rememberToken(state, token, [table.routeTableId])
        return table
      })
      await region.network.sync(vpcId)
      return {routeTable: describeTable(table, region.store.state), clientToken: token?.token}
    },
  ),
  action(
    'DescribeRouteTables',
    parameters => listingRequest(parameters, 'RouteTableId'),
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.routeTables), listing(state))
      return {routeTableSet: page.items.map(table => describeTable(table, state)), nextToken: page.nextToken}
    },
  ),
  action(
    'AssociateRouteTable',
    parameters => ({tableId: parameters.required('RouteTableId'), subnetId: parameters.required('SubnetId')}),
    async ({tableId, subnetId}, region) => {
      const {vpcId, routeTableAssociationId} = await region.store.change(state => {
        const table = lookUp(state.routeTables, 'routeTable', tableId)
        const subnet = lookUp(state.subnets, 'subnet', subnetId)
        if (subnet.vpcId !== table.vpcId)
          throw new ApiError(
            'InvalidParameterValue',
            `Route table ${tableId} and subnet ${subnetId} belong to different networks`,
          )
        if (Object.values(state.routeTables).some(other => other.associations.some(item => item.subnetId === subnetId)))
          throw new ApiError(
            'Resource.AlreadyAssociated',
            `the specified association for route table ${tableId} conflicts with an existing association`,
          )
        const association: RouteTableAssociation = {routeTableAssociationId: newId('rtbassoc'), subnetId, main: false}
        table.associations.push(association)
        return {...association, vpcId: table.vpcId}
      })
      await region.network.sync(vpcId)
      return {associationId: routeTableAssociationId, associationState: {state: 'associated'}}
    },
  ),
  action(
    'ReplaceRouteTableAssociation',
    parameters => ({
      associationId: parameters.required('AssociationId'),
      tableId: parameters.required('RouteTableId'),
    }),
    async ({associationId, tableId}, region) => {
      const {vpcId, newAssociationId} = await region.store.change(state => {
        const next = lookUp(state.routeTables, 'routeTable', tableId)
        const {table, association} = associationOf(state, associationId)
        if (next.vpcId !== table.vpcId)
          throw new ApiError(
            'InvalidParameterValue',
            `Route table ${tableId} and association ${associationId} belong to different networks`,
          )
        const moved = {...association, routeTableAssociationId: newId('rtbassoc')}
        table.associations = table.associations.filter(item => item !== association)
        next.associations.push(moved)
        return {vpcId: table.vpcId, newAssociationId: moved.routeTableAssociationId}
      })
      await region.network.sync(vpcId)
      return {newAssociationId, associationState: {state: 'associated'}}
    },
  ),
  action(
    'DisassociateRouteTable',
    parameters => parameters.required('AssociationId'),
    async (associationId, region) => {
      const vpcId = await region.store.change(state => {
        const {table, association} = associationOf(state, associationId)
        if (association.main)
          throw new ApiError(
            'InvalidParameterValue',
            `cannot disassociate the main route table association ${associationId}`,
          )
        table.associations = table.associations.filter(item => item !== association)
        return table.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
  action(
    'DeleteRouteTable',
    parameters => parameters.required('RouteTableId'),
    async (tableId, region) => {
      const vpcId = await region.store.change(state => {
        const table = lookUp(state.routeTables, 'routeTable', tableId)
        if (table.associations.length > 0) throw dependencyViolation('routeTable', tableId)
        Reflect.deleteProperty(state.routeTables, tableId)
        return table.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

/** Throws InvalidAssociationID.NotFound. */
function associationOf(
  state: RegionState,
  associationId: string,
): {table: RouteTable; association: RouteTableAssociation} {
  for (const table of Object.values(state.routeTables))
    for (const association of table.associations)
      if (association.routeTableAssociationId === associationId) return {table, association}
  throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`)
}

/** The table every VPC comes with; it serves the subnets that have no association of their own. */
export function newMainRouteTable(state: RegionState, vpcId: string): void {
  const routeTableId = newId('rtb')
  const associations = [{routeTableAssociationId: newId('rtbassoc'), main: true}]
  state.routeTables[routeTableId] = {routeTableId, vpcId, routes: [], associations, tags: []}
}

function describeTable(table: RouteTable, state: RegionState): XmlElement {
  return {
    routeTableId: table.routeTableId,
    vpcId: table.vpcId,
    ownerId: state.accountId,
    routeSet: describeRoutes(table, state).map(route => ({...route})),
    associationSet: table.associations.map(({routeTableAssociationId, subnetId, main}) => ({
      routeTableAssociationId,
      routeTableId: table.routeTableId,
      subnetId,
      main,
      associationState: {state: 'associated'},
    })),
    propagatingVgwSet: [],
    tagSet: tagSet(table.tags),
  }
}
