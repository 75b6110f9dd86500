import {queryAction} from '../action.js'
import {attributesOf, describeAttributes, type AttributeTable} from './attributes.js'
import {lookUpArn} from './names.js'

/** Elastic Load Balancing API Reference, ListenerAttribute: the one of TCP listeners. */
export const LISTENER_ATTRIBUTES: AttributeTable = {'tcp.idle_timeout.seconds': {default: '350'}}

export const listenerAttributeActions = [
  queryAction(
    'DescribeListenerAttributes',
    parameters => parameters.required('ListenerArn'),
    (arn, {store: {state}}) => ({
      Attributes: describeAttributes(lookUpArn(state.listeners, 'listener', arn).attributes),
    }),
  ),
  queryAction(
    'ModifyListenerAttributes',
    parameters => ({
      arn: parameters.required('ListenerArn'),
      attributes: attributesOf(parameters, LISTENER_ATTRIBUTES),
    }),
    async ({arn, attributes}, region) => {
      const listener = await region.store.change(state => {
        const listener = lookUpArn(state.listeners, 'listener', arn)
        Object.assign(listener.attributes, attributes)
        return listener
      })
      return {Attributes: describeAttributes(listener.attributes)}
    },
  ),
]
