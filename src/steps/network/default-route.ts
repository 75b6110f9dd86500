import {hasRoute, putRoute} from '../../aws/routes.js'
import {defineStep} from '../engine/step.js'
import {internetGateway} from './internet-gateway.js'
import {internetGatewayAttachment} from './internet-gateway-attachment.js'
import {routeTable} from './route-table.js'

export const defaultRoute = defineStep({
  id: 'network/default-route',
  phase: 'network',
  title: 'Route to the internet',
  needs: {routeTable, internetGateway, internetGatewayAttachment},
  changes: 1,

  find({inventory}, needs) {
    return hasRoute(inventory.routeTables, needs.routeTable.routeTableId, {
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: needs.internetGateway.internetGatewayId,
    })
      ? {}
      : undefined
  },

  async create({ec2Once}, needs) {
    await putRoute(ec2Once, {
      RouteTableId: needs.routeTable.routeTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: needs.internetGateway.internetGatewayId,
    })
    return {}
  },
})
