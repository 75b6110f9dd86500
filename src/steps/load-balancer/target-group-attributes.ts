import {defineStep} from '../engine/step.js'
import {targetGroup} from './target-group.js'

/**
 * With the client's address preserved, which is the default for instances, what a controller asks of the load balancer and
 * is handed back itself never comes to anything (kubernetes/kubernetes#66796), and each target's group would have to admit
 * the clients. Across zones, as one zone's controller may be lost and its clients must go to another's.
 */
const ATTRIBUTES = {
  'preserve_client_ip.enabled': 'false',
  'deregistration_delay.timeout_seconds': '10',
  'load_balancing.cross_zone.enabled': 'true',
} as const

export const targetGroupAttributes = defineStep({
  id: 'load-balancer/target-group-attributes',
  phase: 'load-balancer',
  title: 'Set up how connections are handed on',
  needs: {targetGroup},
  changes: 1,

  async create({elb}, needs) {
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn: needs.targetGroup.arn,
      Attributes: Object.entries(ATTRIBUTES).map(([Key, Value]) => ({Key, Value})),
    })
    return {}
  },
})
