import type {KnownTargetGroup} from '../../aws/load-balancers.js'
import {isInvalidTarget} from '../../aws/errors.js'
import type {Instance} from '../compute/instance.js'
import {VISIBLE_WITHIN} from '../engine/attempts.js'
import type {StepContext} from '../engine/context.js'
import {defineStep, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import {targetGroup} from './target-group.js'

type TargetsNeeds = {
  readonly targetGroup: typeof targetGroup
  readonly controllers: readonly Instance[]
}

export type Targets = Step<{instanceIds: string[]}, TargetsNeeds>

/** Registers the controllers, and takes out machines that were controllers once. */
export function targets(controllers: readonly Instance[]): Targets {
  return defineStep<{instanceIds: string[]}, TargetsNeeds>({
    id: 'load-balancer/targets',
    phase: 'load-balancer',
    title: 'Register the controllers',
    needs: {targetGroup, controllers},
    changes: 1,

    find({inventory}, needs) {
      const group = inventory.targetGroups.find(g => g.TargetGroupArn === needs.targetGroup.arn)
      const wanted = idsIn(needs.controllers)
      const there = group && registered(group)
      const isSame = there?.length === wanted.length && wanted.every(id => there.includes(id))
      return isSame ? {instanceIds: wanted} : undefined
    },

    async create(context, needs) {
      const wanted = idsIn(needs.controllers)
      const {arn} = needs.targetGroup
      await register(context, arn, wanted)
      const {TargetHealthDescriptions: Targets = []} = await context.elb.describeTargetHealth({TargetGroupArn: arn})
      const surplus = registered({Targets}).filter(id => !wanted.includes(id))
      if (surplus.length > 0) await context.elb.deregisterTargets({TargetGroupArn: arn, Targets: targetsOf(surplus)})
      return {instanceIds: wanted}
    },
  })
}

/** ELB takes only machines that it sees running, which may be late; nothing else waits for this. */
async function register({elb, clock, signal}: StepContext, arn: string, ids: readonly string[]): Promise<void> {
  await waitUntil(
    async () => {
      try {
        await elb.registerTargets({TargetGroupArn: arn, Targets: targetsOf(ids)})
        return true
      } catch (error) {
        if (isInvalidTarget(error) || !(error instanceof Error)) return undefined
        throw new Fatal(error)
      }
    },
    {
      what: 'the controllers to run, so that they can be registered',
      budget: VISIBLE_WITHIN,
      every: 1_000,
      slowest: 4_000,
      clock,
      signal,
      suggestions: ['Look at the instances in the EC2 console, then run the same command again.'],
    },
  )
}

function registered({Targets}: Pick<KnownTargetGroup, 'Targets'>): readonly string[] {
  return Targets.flatMap(({Target, TargetHealth}) => (TargetHealth?.State === 'draining' ? [] : (Target?.Id ?? [])))
}

function idsIn(controllers: readonly {readonly instanceId: string}[]): string[] {
  return controllers.map(({instanceId}) => instanceId)
}

function targetsOf(ids: readonly string[]): {Id: string}[] {
  return ids.map(Id => ({Id}))
}
