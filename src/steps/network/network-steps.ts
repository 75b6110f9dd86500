import type {WorkerNode} from '../../cluster/addressing.js'
import {subnetIdsOf, type ExistingNetwork} from '../../cluster/existing-network.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {Instance} from '../compute/instance.js'
import type {Step} from '../engine/step.js'
import {existingPodRoute} from '../routing/existing-pod-route.js'
import {podRoute} from '../routing/pod-route.js'
import {defaultRoute} from './default-route.js'
import {existingSubnet} from './existing-subnet.js'
import {existingVpc} from './existing-vpc.js'
import {internetGateway} from './internet-gateway.js'
import {internetGatewayAttachment} from './internet-gateway-attachment.js'
import {routeTable} from './route-table.js'
import {routeTableAssociation} from './route-table-association.js'
import {subnet, type Subnet} from './subnet.js'
import {vpc} from './vpc.js'
import {vpcDns} from './vpc-dns.js'
import {zones} from './zones.js'

/** The network that the machines stand in: what else is in a plan does not care whether the cluster makes it. */
export interface NetworkSteps {
  readonly steps: readonly Step[]
  readonly subnets: readonly Subnet[]
  /** Those that can be reached from outside. */
  readonly publicSubnets: readonly Subnet[]
  /** What makes the way in, if the cluster does. */
  readonly gateway?: typeof internetGatewayAttachment
  readonly podRoute: (worker: WorkerNode, instance: Instance) => Step
}

export function networkSteps(spec: ClusterSpec): NetworkSteps {
  const {existing} = spec.network
  return existing ? existingNetworkSteps(existing) : ownNetworkSteps(spec)
}

function ownNetworkSteps(spec: ClusterSpec): NetworkSteps {
  const subnets = Array.from({length: spec.network.subnets}, (_, i) => subnet(spec, i + 1))
  return {
    steps: [
      vpc,
      vpcDns,
      zones,
      ...subnets,
      internetGateway,
      internetGatewayAttachment,
      routeTable,
      defaultRoute,
      ...subnets.map(routeTableAssociation),
    ],
    subnets,
    publicSubnets: subnets,
    gateway: internetGatewayAttachment,
    podRoute,
  }
}

/** The steps that look at what is there go by the ids of those that would make it: whoever needs one needs it by its id. */
function existingNetworkSteps(existing: ExistingNetwork): NetworkSteps {
  const subnets = subnetIdsOf(existing).map((subnetId, i) => existingSubnet(subnetId, i + 1, vpc))
  return {
    steps: [existingVpc(existing), zones, ...subnets],
    subnets,
    publicSubnets: subnets.slice(0, existing.publicSubnets.length),
    podRoute: (worker, instance) => existingPodRoute(worker, {subnets, instance}),
  }
}
