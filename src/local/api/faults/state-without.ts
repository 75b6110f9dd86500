import type {RegionState} from '../../model.js'

/** The state without the resources of these ids; rules of security groups have ids as well. */
export function stateWithout(state: RegionState, ids: ReadonlySet<string>): RegionState {
  const rest = <T>(records: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(records).filter(([id]) => !ids.has(id)))
  const securityGroups = Object.values(rest(state.securityGroups)).map(group => ({
    ...group,
    rules: group.rules.filter(rule => !ids.has(rule.securityGroupRuleId)),
  }))
  return {
    ...state,
    vpcs: rest(state.vpcs),
    subnets: rest(state.subnets),
    internetGateways: rest(state.internetGateways),
    routeTables: rest(state.routeTables),
    securityGroups: Object.fromEntries(securityGroups.map(group => [group.groupId, group])),
    keyPairs: rest(state.keyPairs),
    networkInterfaces: rest(state.networkInterfaces),
    volumes: rest(state.volumes),
    instances: rest(state.instances),
    addresses: rest(state.addresses),
    loadBalancers: rest(state.loadBalancers),
    targetGroups: rest(state.targetGroups),
    listeners: rest(state.listeners),
  }
}
