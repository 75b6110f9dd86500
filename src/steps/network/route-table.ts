import {inVpc, madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep} from '../engine/step.js'
import {vpc} from './vpc.js'

/** One route table for all subnets: the way out, and later a route for each worker's pods. */
export const routeTable = defineStep({
  id: 'network/route-table',
  phase: 'network',
  title: 'Create the route table',
  needs: {vpc},
  onRepeat: 'repeats',

  find({inventory, stepId}, needs) {
    const found = madeBy(inVpc(inventory.routeTables, needs.vpc.vpcId), stepId)
    return found?.RouteTableId === undefined ? undefined : {routeTableId: found.RouteTableId}
  },

  async create({ec2, spec, tags, clientToken}, needs) {
    const {RouteTable} = await ec2.createRouteTable({
      VpcId: needs.vpc.vpcId,
      ClientToken: clientToken,
      TagSpecifications: [tags('route-table', spec.name)],
    })
    return {routeTableId: required(RouteTable?.RouteTableId, 'RouteTableId')}
  },
})
