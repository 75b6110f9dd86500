import {createHash} from 'node:crypto'
import type {RegionState} from '../../model.js'
import {action} from '../action.js'
import {listItems, listingRequest} from '../listing.js'
import type {XmlElement} from '../xml.js'

/** The one set of DHCP options of the region, which every VPC has: names by the VPC's own resolver. */
export const dhcpOptionsActions = [
  action(
    'DescribeDhcpOptions',
    parameters => listingRequest(parameters, 'DhcpOptionsId'),
    (request, {store: {state}}) => {
      const options = optionsOf(state)
      const page = listItems(request, [options], {
        kind: 'dhcpOptions',
        idOf: ({id}) => id,
        fields: {
          'dhcp-options-id': ({id}) => id,
          key: ({values}) => Object.keys(values),
          value: ({values}) => Object.values(values),
          'owner-id': () => state.accountId,
        },
        tagsOf: () => [],
      })
      return {dhcpOptionsSet: page.items.map(item => describeOptions(item, state)), nextToken: page.nextToken}
    },
  ),
]

/** Its id: `dopt-` and 17 hex digits, the same for as long as the region lives. */
export function dhcpOptionsId({accountId, region}: RegionState): string {
  const digest = createHash('sha256').update(`${accountId} ${region}`).digest('hex')
  return `dopt-0${digest.slice(0, 16)}`
}

interface DhcpOptions {
  readonly id: string
  readonly values: Readonly<Record<string, string>>
}

function optionsOf(state: RegionState): DhcpOptions {
  const values = {
    'domain-name': `${state.region}.compute.internal`,
    'domain-name-servers': 'AmazonProvidedDNS',
  }
  return {id: dhcpOptionsId(state), values}
}

function describeOptions({id, values}: DhcpOptions, state: RegionState): XmlElement {
  return {
    dhcpOptionsId: id,
    ownerId: state.accountId,
    dhcpConfigurationSet: Object.entries(values).map(([key, value]) => ({key, valueSet: [{value}]})),
  }
}
