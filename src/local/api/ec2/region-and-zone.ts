import type {RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'

/** What DescribeAccountAttributes answers: this account has no default VPC, and the usual limits. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  'supported-platforms': 'VPC',
  'default-vpc': 'none',
  'max-instances': '20',
  'vpc-max-security-groups-per-interface': '5',
  'max-elastic-ips': '5',
  'vpc-max-elastic-ips': '5',
}

export const regionAndZoneActions = [
  action(
    'DescribeRegions',
    parameters => {
      parameters.ignore('AllRegions')
      return {names: parameters.list('RegionName'), filters: filtersOf(parameters)}
    },
    ({names, filters}, {store: {state}}) => {
      const unknown = names.find(name => name !== state.region)
      if (unknown !== undefined) throw invalidValue(unknown, 'regionName', `The region is ${state.region}.`)
      const regions = [{regionName: state.region, regionEndpoint: `ec2.${state.region}.amazonaws.com`}]
      const matches = matcher<(typeof regions)[number]>(filters, {
        'region-name': item => item.regionName,
        endpoint: item => item.regionEndpoint,
        'opt-in-status': () => 'opt-in-not-required',
      })
      return {regionInfo: regions.filter(matches).map(item => ({...item, optInStatus: 'opt-in-not-required'}))}
    },
  ),
  action('DescribeAvailabilityZones', zonesRequest, ({names, ids, filters}, {store: {state}}) => {
    for (const name of names)
      if (!state.zones.includes(name))
        throw new ApiError('InvalidParameterValue', `Invalid availability zone: [${name}]`)
    for (const id of ids)
      if (!state.zones.some(zone => zoneId(state, zone) === id))
        throw new ApiError('InvalidParameterValue', `Invalid availability zone-id: [${id}]`)
    const matches = matcher<string>(filters, {
      'zone-name': zone => zone,
      'zone-id': zone => zoneId(state, zone),
      'region-name': () => state.region,
      state: () => 'available',
      'zone-type': () => 'availability-zone',
      'opt-in-status': () => 'opt-in-not-required',
      'group-name': () => state.region,
    })
    const asked = state.zones
      .filter(zone => names.length === 0 || names.includes(zone))
      .filter(zone => ids.length === 0 || ids.includes(zoneId(state, zone)))
    return {availabilityZoneInfo: asked.filter(matches).map(zone => describeZone(state, zone))}
  }),
  action(
    'DescribeAccountAttributes',
    parameters => parameters.list('AttributeName'),
    names => {
      const unknown = names.find(name => !Object.hasOwn(ATTRIBUTES, name))
      if (unknown !== undefined) throw invalidValue(unknown, 'attributeName', 'Unknown attribute.')
      const asked = Object.entries(ATTRIBUTES).filter(([name]) => names.length === 0 || names.includes(name))
      return {
        accountAttributeSet: asked.map(([attributeName, attributeValue]) => ({
          attributeName,
          attributeValueSet: [{attributeValue}],
        })),
      }
    },
  ),
]

/** `local1-az1` for the first zone of `local-1`: the id is the same for every account. */
export function zoneId(state: RegionState, zone: string): string {
  return `${state.region.replace(/[^a-z0-9]/g, '')}-az${state.zones.indexOf(zone) + 1}`
}

function zonesRequest(parameters: Parameters) {
  parameters.ignore('AllAvailabilityZones')
  return {names: parameters.list('ZoneName'), ids: parameters.list('ZoneId'), filters: filtersOf(parameters)}
}

function describeZone(state: RegionState, zone: string): XmlElement {
  return {
    zoneName: zone,
    zoneId: zoneId(state, zone),
    regionName: state.region,
    zoneState: 'available',
    zoneType: 'availability-zone',
    optInStatus: 'opt-in-not-required',
    groupName: state.region,
    networkBorderGroup: state.region,
    messageSet: [],
  }
}
