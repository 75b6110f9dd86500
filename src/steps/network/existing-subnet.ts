import {effectiveTable} from '../../aws/route-tables.js'
import {required} from '../../aws/required.js'
import {defineStep, type Step} from '../engine/step.js'
import type {vpc} from './vpc.js'

export type ExistingSubnet = Step<{subnetId: string; routeTableId: string}, {vpc: typeof vpc}>

/** Stands in the plan where the step `subnet` of that number does otherwise; also learns which route table it goes by. */
export function existingSubnet(subnetId: string, number: number, vpc_: typeof vpc): ExistingSubnet {
  return defineStep<{subnetId: string; routeTableId: string}, {vpc: typeof vpc}>({
    id: `network/subnet/${number}`,
    phase: 'network',
    title: `Use ${subnetId}`,
    needs: {vpc: vpc_},

    // Whoever owns it may give it another table.
    find({inventory}) {
      const routeTableId = effectiveTable(inventory.foreignRouteTables, subnetId)?.RouteTableId
      return routeTableId === undefined ? undefined : {subnetId, routeTableId}
    },

    async create({ec2, signal}, needs) {
      const Filters = [{Name: 'vpc-id', Values: [needs.vpc.vpcId]}]
      const {RouteTables = []} = await ec2.describeRouteTables({Filters}, {abortSignal: signal})
      const table = effectiveTable(RouteTables, subnetId)
      return {subnetId, routeTableId: required(table?.RouteTableId, `a route table of ${subnetId}`)}
    },
  })
}
