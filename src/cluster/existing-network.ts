import type {Role} from './addressing.js'

/** A VPC that is not the cluster's own: it is used, never changed but for the pods' routes, and never deleted. */
export interface ExistingNetwork {
  readonly vpcId: string
  /** Ids of the subnets that have a route to an internet gateway: numbers 1 and up. All controllers are in these. */
  readonly publicSubnets: readonly string[]
  /** Those that have none, numbered after the public ones. If there are any, all workers are in these. */
  readonly privateSubnets: readonly string[]
}

export function subnetIdsOf({publicSubnets, privateSubnets}: ExistingNetwork): readonly string[] {
  return [...publicSubnets, ...privateSubnets]
}

/** The numbers of the subnets that nodes of that role are spread over. */
export function subnetsFor(role: Role, existing: ExistingNetwork): readonly number[] {
  const {publicSubnets, privateSubnets} = existing
  const first = role === 'worker' && privateSubnets.length > 0 ? publicSubnets.length + 1 : 1
  const count = first === 1 ? publicSubnets.length : privateSubnets.length
  return Array.from({length: count}, (_, i) => first + i)
}
