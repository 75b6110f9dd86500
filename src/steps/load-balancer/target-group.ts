import {madeBy} from '../../aws/inventory.js'
import {loadBalancerName} from '../../aws/load-balancers.js'
import {required} from '../../aws/required.js'
import {HEALTH_CHECK} from '../../templates/graceful-stop.js'
import {READYZ_PORT} from '../../templates/readyz.js'
import {defineStep} from '../engine/step.js'
import {vpc} from '../network/vpc.js'
import {API_PORT} from '../operator/operator-api.js'

/** A controller that is lost, or has lost its etcd member, is out after two checks: 10 s at most, and 3 s for the answer. */
export const targetGroup = defineStep({
  id: 'load-balancer/target-group',
  phase: 'load-balancer',
  title: 'Create the target group',
  needs: {vpc},
  onRepeat: 'refuses',

  find({inventory, stepId}, needs) {
    const found = madeBy(inventory.targetGroups, stepId)
    return found?.TargetGroupArn === undefined || found.VpcId !== needs.vpc.vpcId
      ? undefined
      : {arn: found.TargetGroupArn}
  },

  async create({elb, clusterId, spec, inventory, stepId, tagList}, needs) {
    // One outlives its VPC, and keeps its name from the next.
    const former = madeBy(inventory.targetGroups, stepId)
    if (former?.TargetGroupArn !== undefined) await elb.deleteTargetGroup({TargetGroupArn: former.TargetGroupArn})
    const {TargetGroups} = await elb.createTargetGroup({
      Name: loadBalancerName(clusterId),
      VpcId: needs.vpc.vpcId,
      Protocol: 'TCP',
      Port: API_PORT,
      TargetType: 'instance',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: String(READYZ_PORT),
      HealthCheckPath: '/readyz',
      Matcher: {HttpCode: '200'},
      HealthCheckIntervalSeconds: HEALTH_CHECK.interval,
      HealthCheckTimeoutSeconds: HEALTH_CHECK.timeout,
      HealthyThresholdCount: HEALTH_CHECK.threshold,
      UnhealthyThresholdCount: HEALTH_CHECK.threshold,
      Tags: tagList(spec.name),
    })
    return {arn: required(TargetGroups?.[0]?.TargetGroupArn, 'TargetGroupArn')}
  },
})
