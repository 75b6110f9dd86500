import {effectiveTable} from '../../aws/route-tables.js'
import {subnetIdsOf} from '../../cluster/existing-network.js'
import {listRanges} from '../../cluster/operator-ranges.js'
import {createPlan} from '../create-plan.js'
import {ingressRules} from '../network/rule-table.js'
import type {PreflightContext} from './check.js'
import type {Quota} from './quota.js'

/** Of what a cluster makes of a network, in its own VPC or in one that it is a guest in. */
export const NETWORK_QUOTAS: readonly Quota[] = [
  {
    name: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    used: async ({clients: {ec2}, signal}) => (await ec2.describeVpcs({}, {abortSignal: signal})).Vpcs?.length ?? 0,
    planned: ownNetworks,
    instead: 'Or delete a VPC that nobody needs, or choose another --region',
  },
  {
    name: 'internet gateways',
    service: 'vpc',
    code: 'L-A4707A72',
    used: async ({clients: {ec2}, signal}) =>
      (await ec2.describeInternetGateways({}, {abortSignal: signal})).InternetGateways?.length ?? 0,
    planned: ownNetworks,
    instead: 'Or delete an internet gateway that nobody needs, or choose another --region',
  },
  {
    name: 'routes in a route table',
    service: 'vpc',
    code: 'L-93826ACB',
    used: routesThere,
    planned: ({spec}) =>
      Promise.resolve(createPlan(spec).steps.filter(({id}) => id.startsWith('routing/pod-route/')).length),
    instead: 'Or take fewer workers, as there is a route to the pods of each: --workers',
  },
  {
    name: 'rules of a security group',
    service: 'vpc',
    code: 'L-0EA8095F',
    used: () => Promise.resolve(0),
    planned: mostRules,
    instead: 'Or let fewer ranges in: --allow-cidr',
  },
  {
    name: 'network load balancers',
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    concerns: ({loadBalancer}) => loadBalancer === 'nlb',
    used: networkLoadBalancers,
    planned: () => Promise.resolve(1),
    instead: 'Or go without: --load-balancer none',
  },
]

/** One, unless the cluster stands in somebody else's. */
function ownNetworks({spec}: PreflightContext): Promise<number> {
  return Promise.resolve(spec.network.existing === undefined ? 1 : 0)
}

/** In the fullest table that pods will be routed by; those that a gateway puts there itself do not count. */
async function routesThere({spec, clients: {ec2}, signal}: PreflightContext): Promise<number> {
  const {existing} = spec.network
  // Of one that is still to be made: to the VPC itself, and out of it.
  if (existing === undefined) return 2
  const Filters = [{Name: 'vpc-id', Values: [existing.vpcId]}]
  const {RouteTables = []} = await ec2.describeRouteTables({Filters}, {abortSignal: signal})
  const counts = subnetIdsOf(existing).map(id => {
    const {Routes = []} = effectiveTable(RouteTables, id) ?? {}
    return Routes.filter(({Origin}) => Origin !== 'EnableVgwRoutePropagation').length
  })
  return Math.max(0, ...counts)
}

/** Of the group that has the most: each source of each range of ports is one. */
function mostRules({spec, ranges, access}: PreflightContext): Promise<number> {
  const rules = ingressRules(spec, listRanges(ranges ?? access))
  const targets = [...new Set(rules.map(({target}) => target))]
  return Promise.resolve(Math.max(...targets.map(target => rules.filter(rule => rule.target === target).length)))
}

async function networkLoadBalancers({clients: {elb}, signal}: PreflightContext): Promise<number> {
  let count = 0
  let Marker: string | undefined
  do {
    const page = await elb.describeLoadBalancers(Marker === undefined ? {} : {Marker}, {abortSignal: signal})
    count += (page.LoadBalancers ?? []).filter(({Type}) => Type === 'network').length
    Marker = page.NextMarker
  } while (Marker)
  return count
}
