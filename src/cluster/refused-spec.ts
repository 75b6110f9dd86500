import {allAtOnce, type KhwError} from '../errors.js'
import type {Problem} from './spec.js'

/** INVALID_SPEC with all that is wrong, each with what to type instead. */
export function refusedSpec(problems: readonly Problem[], options?: {readonly exit: number}): KhwError {
  const troubles = problems.map(({what, fix}) => ({message: what, suggestions: fix.split('\n')}))
  return allAtOnce('INVALID_SPEC', troubles, options)
}
