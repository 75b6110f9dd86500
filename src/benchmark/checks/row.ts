import type {Role} from '../../cluster/addressing.js'
import type {NodeCheck} from '../check.js'
import type {Test} from '../tests.js'

/** Automated checks of the benchmark, and manual ones. */
export const A = true
export const M = false

type Rest = Pick<NodeCheck, 'test' | 'judge' | 'beyond'>

/** A row of a table of checks that are all of one kind of node: with what it tests, or with more than that. */
export type Row = (id: string, automated: boolean, title: string, rest: Test | Rest) => NodeCheck

export function rowsOn(on: Role): Row {
  return (id, automated, title, rest) => ({
    id,
    title,
    automated,
    on,
    ...(typeof rest === 'function' ? {test: rest} : rest),
  })
}
