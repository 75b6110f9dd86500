import {admits, listRanges} from '../../cluster/operator-ranges.js'
import {KhwError} from '../../errors.js'
import {sayRanges} from '../say-ranges.js'
import type {Check} from './check.js'

/** From where the cluster will be reached. Only on AWS: the local region knows where its operator is. */
export const operatorAddress: Check = {
  name: 'own address',
  onResume: true,
  concerns: ({access, ranges, resumed}) => access.provider === 'aws' && (resumed !== undefined || ranges === undefined),

  async run({facts, resumed}) {
    if (!resumed) return {detail: `${await facts.ownAddress()}, from which SSH and the API will be reached`}
    const admitted = listRanges(resumed).join(', ')
    let own: string
    try {
      own = await facts.ownAddress()
    } catch (error) {
      // It was said, or found out, when the cluster was begun.
      if (!(error instanceof KhwError)) throw error
      return {detail: error.message, fix: `Nothing, if you still are in ${admitted}`}
    }
    if (admits(resumed, [`${own}/32`])) return {detail: own}
    if (resumed.rangesGiven === true)
      return {
        detail: `khw sees you come from ${own}, and the cluster admits ${admitted}, as you have said`,
        fix: `Nothing, if you still reach it from there; or: ${sayRanges(resumed.spec.name)}`,
      }
    throw new KhwError(
      'ADDRESS_CHANGED',
      `Your public address is ${own} now, but the cluster admits ${admitted} only.`,
      [`Let it in: khw access refresh ${resumed.spec.name}`],
    )
  },
}
