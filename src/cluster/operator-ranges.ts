import {KhwError} from '../errors.js'
import {contains, formatCidr, parseCidr, type Cidr} from './cidr.js'

/** From where a cluster may be reached (SSH, API), as journals and tags have it. */
export interface OperatorRanges {
  readonly operatorCidr: string
  /** Absent where there is but one, as there was before khw took several. */
  readonly moreOperatorCidrs?: readonly string[]
}

/** Each range is two rules of the controllers' group, of which EC2 lets a group have 60. */
const MOST = 20

/** Ranges shorter than that hold more than a network of one owner does. */
const SHORTEST = 8

/** Whether a range holds a good part of the world's addresses: it names nobody's network. */
export function isOpenToWorld({prefix}: Cidr): boolean {
  return prefix < SHORTEST
}

export function listRanges({operatorCidr, moreOperatorCidrs = []}: OperatorRanges): readonly string[] {
  return [operatorCidr, ...moreOperatorCidrs]
}

/** The other way round, of at least one range. */
export function operatorRanges([first, ...more]: readonly string[]): OperatorRanges {
  if (first === undefined) throw new RangeError('nobody may reach the cluster')
  return {operatorCidr: first, ...(more.length > 0 && {moreOperatorCidrs: more})}
}

/** For who only looks, or does not know yet: nobody has this address (RFC 6890). */
export const NOBODY = operatorRanges(['0.0.0.0/32'])

/** Only the ranges of what may have more to it. */
export function rangesOf(source: OperatorRanges): OperatorRanges {
  return operatorRanges(listRanges(source))
}

/**
 * The ranges that somebody typed: a single address means just that one, `203.0.113.7/32`. Throws USAGE for what is none,
 * and for a range open to the world unless `insisted`.
 */
export function parseOperatorRanges(texts: readonly string[], insisted: boolean): readonly string[] {
  const ranges = [...new Set(texts.map(text => text.trim()).map(text => (text.includes('/') ? text : `${text}/32`)))]
  for (const range of ranges) {
    const cidr = parseCidr(range)
    if (!cidr) {
      throw refused(
        `--allow-cidr ${range} is not an IPv4 address or a range in CIDR notation with its host bits zero.`,
        'Try --allow-cidr 203.0.113.7/32',
      )
    }
    if (isOpenToWorld(cidr) && !insisted) {
      throw refused(
        `--allow-cidr ${formatCidr(cidr)} would open SSH and the API to ${cidr.prefix === 0 ? 'the whole world' : 'a good part of the world'}.`,
        'Leave it out to admit your own address alone, or say the range of your network',
        'If you mean it: add --allow-world',
      )
    }
  }
  if (ranges.length > MOST) {
    throw refused(
      `--allow-cidr takes ${MOST} ranges at most, not ${ranges.length}.`,
      'Say one range that holds several',
    )
  }
  return ranges
}

/** Whether all of `ranges` lie within what the cluster admits. */
export function admits(cluster: OperatorRanges, ranges: readonly string[]): boolean {
  const admitted = listRanges(cluster).flatMap(range => parseCidr(range) ?? [])
  return ranges.every(text => {
    const range = parseCidr(text)
    return range !== undefined && admitted.some(outer => contains(outer, range))
  })
}

function refused(what: string, ...suggestions: [string, ...string[]]): KhwError {
  return new KhwError('USAGE', what, suggestions, {exit: 2})
}
