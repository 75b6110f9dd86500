import type {EditionContext} from '../../src/steps/engine/step.js'
import type {Json} from '../../src/steps/engine/json.js'
import type {Plan} from '../../src/steps/engine/plan.js'
import type {Step} from '../../src/steps/engine/step.js'

/** The steps of a plan with its needs and its order: what each finds is not looked at, and `does` is all that it does. */
export function hollowSteps(whole: Plan, does: (id: string) => Promise<Json>): readonly Step[] {
  return whole.steps.map(({id, phase, title, needs, after, edition}) => ({
    id,
    phase,
    title,
    needs,
    ...(after && {after}),
    ...(edition && {edition: (of: EditionContext) => edition(of)}),
    create: () => does(id),
  }))
}
