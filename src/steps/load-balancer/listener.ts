import {required} from '../../aws/required.js'
import {defineStep, type Step} from '../engine/step.js'
import {API_PORT} from '../operator/operator-api.js'
import type {LoadBalancer} from './load-balancer.js'
import {targetGroup} from './target-group.js'

type ListenerNeeds = {
  readonly loadBalancer: LoadBalancer
  readonly targetGroup: typeof targetGroup
}

export type Listener = Step<{arn: string}, ListenerNeeds>

/** It goes with its load balancer, and is found with it. */
export function listener(loadBalancer: LoadBalancer): Listener {
  return defineStep<{arn: string}, ListenerNeeds>({
    id: 'load-balancer/listener',
    phase: 'load-balancer',
    title: `Listen on port ${API_PORT}`,
    needs: {loadBalancer, targetGroup},
    changes: 1,

    find({inventory}, needs) {
      const balancer = inventory.loadBalancers.find(l => l.LoadBalancerArn === needs.loadBalancer.arn)
      const found = balancer?.Listeners.find(
        ({Port, DefaultActions = []}) =>
          Port === API_PORT && DefaultActions.some(a => a.TargetGroupArn === needs.targetGroup.arn),
      )
      return found?.ListenerArn === undefined ? undefined : {arn: found.ListenerArn}
    },

    async create({elb, spec, tagList}, needs) {
      const {Listeners} = await elb.createListener({
        LoadBalancerArn: needs.loadBalancer.arn,
        Protocol: 'TCP',
        Port: API_PORT,
        DefaultActions: [{Type: 'forward', TargetGroupArn: needs.targetGroup.arn}],
        Tags: tagList(spec.name),
      })
      return {arn: required(Listeners?.[0]?.ListenerArn, 'ListenerArn')}
    },
  })
}
