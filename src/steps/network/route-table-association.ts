import {required} from '../../aws/required.js'
import {defineStep, type Step} from '../engine/step.js'
import {routeTable} from './route-table.js'
import type {Subnet} from './subnet.js'

export type RouteTableAssociation = Step<{associationId: string}, {subnet: Subnet; routeTable: typeof routeTable}>

export function routeTableAssociation(subnet: Subnet): RouteTableAssociation {
  return defineStep({
    id: subnet.id.replace('/subnet/', '/route-table-association/'),
    phase: 'network',
    title: `Associate the route table with ${subnet.id.replace('network/subnet/', 'subnet ')}`,
    needs: {subnet, routeTable},
    changes: 1,

    find({inventory}, needs) {
      const table = inventory.routeTables.find(t => t.RouteTableId === needs.routeTable.routeTableId)
      const found = table?.Associations?.find(a => a.SubnetId === needs.subnet.subnetId)
      return found?.RouteTableAssociationId === undefined ? undefined : {associationId: found.RouteTableAssociationId}
    },

    async create({ec2Once}, needs) {
      const {AssociationId} = await ec2Once.associateRouteTable({
        SubnetId: needs.subnet.subnetId,
        RouteTableId: needs.routeTable.routeTableId,
      })
      return {associationId: required(AssociationId, 'AssociationId')}
    },
  })
}
