import type {Problem} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'

/** INVALID_SPEC with all that is wrong, each with what to type instead. */
export function refusal(problems: readonly Problem[]): KhwError {
  const [first, ...rest] = problems.map(problem => problem.fix)
  return new KhwError('INVALID_SPEC', problems.map(problem => problem.what).join('\n'), [first ?? '', ...rest])
}
