import type {Instance} from '../../model.js'
import {action} from '../action.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, pageOf, type Listing} from '../listing.js'
import type {XmlElement} from '../xml.js'
import {describedInstances, instanceListing, UNPAGED} from './instance.js'
import {describeState, stateCode} from './instance-view.js'

export const instanceStatusActions = [
  action(
    'DescribeInstanceStatus',
    parameters => {
      parameters.ignore('IncludeManagedResources')
      const all = parameters.flag('IncludeAllInstances') ?? false
      return {all, request: listingRequest(parameters, 'InstanceId')}
    },
    ({all, request}, region) => {
      const {items} = listItems({...request, page: UNPAGED}, describedInstances(region), {
        ...instanceListing(region.store.state),
        fields: statusFields,
      })
      const shown = items.filter(({state}) => all || state === 'running')
      const page = pageOf(shown, instance => instance.instanceId, request.page)
      return {instanceStatusSet: page.items.map(describeStatus), nextToken: page.nextToken}
    },
  ),
]

const statusFields: Listing<Instance>['fields'] = {
  'instance-state-name': instance => instance.state,
  'instance-state-code': instance => stateCode(instance.state),
  'availability-zone': instance => instance.availabilityZone,
  'instance-status.status': statusOf,
  'instance-status.reachability': reachabilityOf,
  'system-status.reachability': reachabilityOf,
  ...absent('event.code', 'event.description', 'event.not-after', 'event.not-before', 'attached-ebs-status.status'),
  'system-status.status': statusOf,
}

function reachabilityOf(instance: Instance): string | undefined {
  return instance.state === 'running' ? 'passed' : undefined
}

function statusOf(instance: Instance): string {
  return instance.state === 'running' ? 'ok' : 'not-applicable'
}

function describeStatus(instance: Instance): XmlElement {
  const status = statusOf(instance)
  const details = status === 'ok' ? [{name: 'reachability', status: 'passed'}] : []
  return {
    instanceId: instance.instanceId,
    availabilityZone: instance.availabilityZone,
    instanceState: describeState(instance.state),
    instanceStatus: {status, details},
    systemStatus: {status, details},
    eventsSet: [],
  }
}
