import type {Action} from '../action.js'
import {limitActions} from './limits.js'
import {listenerActions} from './listener.js'
import {listenerAttributeActions} from './listener-attributes.js'
import {loadBalancerActions} from './load-balancer.js'
import {loadBalancerAttributeActions} from './load-balancer-attributes.js'
import {loadBalancerNetworkActions} from './load-balancer-network.js'
import {elbTagActions} from './tags.js'
import {targetActions} from './target.js'
import {targetGroupActions} from './target-group.js'
import {targetGroupAttributeActions} from './target-group-attributes.js'
import {targetHealthActions} from './target-health.js'

/** Everything the region's Elastic Load Balancing can do. */
export const elbActions: readonly Action[] = [
  ...loadBalancerActions,
  ...loadBalancerAttributeActions,
  ...loadBalancerNetworkActions,
  ...targetGroupActions,
  ...targetGroupAttributeActions,
  ...targetActions,
  ...targetHealthActions,
  ...listenerActions,
  ...listenerAttributeActions,
  ...elbTagActions,
  ...limitActions,
]
