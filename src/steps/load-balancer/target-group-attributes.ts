import {gracefulStop} from '../../templates/graceful-stop.js'
import type {RunContext} from '../engine/context.js'
import {defineStep} from '../engine/step.js'
import {targetGroup} from './target-group.js'

/**
 * With the client's address preserved, which is the default for instances, what a controller asks of the load balancer and
 * is handed back itself never comes to anything (kubernetes/kubernetes#66796), and each target's group would have to admit
 * the clients. Across zones, as one zone's controller may be lost and its clients must go to another's.
 *
 * Unless told otherwise a load balancer cuts all connections to a target the moment it calls it unhealthy, those of an API
 * server too that is going and ends them itself, each when it is answered (kubernetes-sigs/cluster-api-provider-aws#5475).
 * It cuts them once that one has ended: those to a machine that is lost would wait for ever.
 */
const ATTRIBUTES = {
  'preserve_client_ip.enabled': 'false',
  'deregistration_delay.timeout_seconds': '10',
  'load_balancing.cross_zone.enabled': 'true',
  'target_health_state.unhealthy.connection_termination.enabled': 'false',
} as const

export const targetGroupAttributes = defineStep({
  id: 'load-balancer/target-group-attributes',
  phase: 'load-balancer',
  title: 'Set up how connections are handed on',
  needs: {targetGroup},
  changes: 1,

  // An earlier khw has set others: the API servers that this one configures would be cut off while they end.
  edition: attributesIn,

  async create(context, needs) {
    await context.elb.modifyTargetGroupAttributes({
      TargetGroupArn: needs.targetGroup.arn,
      Attributes: Object.entries(attributesIn(context)).map(([Key, Value]) => ({Key, Value})),
    })
    return {}
  },
})

function attributesIn({spec, access}: Pick<RunContext, 'spec' | 'access'>): Record<string, string> {
  const {atMost} = gracefulStop(spec, access.targetLag)
  return {...ATTRIBUTES, 'target_health_state.unhealthy.draining_interval_seconds': String(atMost)}
}
