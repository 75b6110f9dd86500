import {instanceProfiles} from './instance-profiles.js'
import {instances} from './instances.js'
import {internetGateways} from './internet-gateways.js'
import {keyPairs} from './key-pairs.js'
import {loadBalancers} from './load-balancers.js'
import {networkInterfaces} from './network-interfaces.js'
import {podRoutes} from './pod-routes.js'
import type {Removal} from './removal.js'
import {roles} from './roles.js'
import {routeTables} from './route-tables.js'
import {securityGroups} from './security-groups.js'
import {subnets} from './subnets.js'
import {targetGroups} from './target-groups.js'
import {volumes} from './volumes.js'
import {vpcs} from './vpcs.js'

/** In the order in which EC2 lets go; what stands in one row goes at once. */
export const DESTROY_PLAN: readonly (readonly Removal[])[] = [
  [podRoutes],
  [instances, keyPairs, loadBalancers],
  [networkInterfaces, volumes, targetGroups],
  [internetGateways, securityGroups],
  [subnets],
  [routeTables],
  [vpcs],
  [roles],
  [instanceProfiles],
]
