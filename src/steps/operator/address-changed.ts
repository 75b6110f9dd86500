import type {Home} from '../../cluster/home.js'
import {admits, listRanges} from '../../cluster/operator-ranges.js'
import {KhwError, type KhwCode, type KhwErrorOptions} from '../../errors.js'
import type {JournalHeader} from '../engine/journal.js'
import {openRegionAnew} from '../session/open-region.js'
import {sayRanges} from '../say-ranges.js'

/** How a run ends if the cluster does not let khw in any more. */
const UNREACHED: readonly KhwCode[] = ['ADDRESS_CHANGED', 'SSH_FAILED', 'TIMEOUT', 'KUBERNETES_API']

/** Where one comes from now, as the provider of the cluster sees it: on AWS, one's public address. Throws if nobody says. */
export async function ownRanges(home: Home, header: JournalHeader, signal: AbortSignal): Promise<readonly string[]> {
  return listRanges(await openRegionAnew(home, header, undefined, signal))
}

/**
 * For who could not get through to a cluster: ADDRESS_CHANGED if one's address is not among those that it admits. Undefined
 * if it is, or if that cannot be learnt. Asks an outside service on AWS, so it is only for after a failure.
 */
export async function addressChanged(
  home: Home,
  header: JournalHeader,
  signal: AbortSignal,
  options: KhwErrorOptions = {},
): Promise<KhwError | undefined> {
  let own: readonly string[]
  try {
    own = await ownRanges(home, header, signal)
  } catch {
    return undefined
  }
  if (admits(header, own)) return undefined
  const {name} = header.spec
  if (header.rangesGiven === true)
    return new KhwError(
      'ADDRESS_CHANGED',
      `khw sees you come from ${own.join(', ')}, and the cluster "${name}" admits ${listRanges(header).join(', ')}, as you have said.`,
      [`If that is not where you reach it from any more: ${sayRanges(name)}`],
      options,
    )
  return new KhwError(
    'ADDRESS_CHANGED',
    `Your address is now ${own.join(', ')}, but the cluster "${name}" admits ${listRanges(header).join(', ')} only.`,
    [`Let it in: khw access refresh ${name}`],
    options,
  )
}

/**
 * What a run failed with; ADDRESS_CHANGED in its place, if that is why it could not reach its machines. Where the user has
 * said from where they are reached, that is but a guess, and is added to what it failed with.
 */
export async function explainUnreached(
  error: unknown,
  home: Home,
  header: JournalHeader,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof KhwError) || !UNREACHED.includes(error.code)) return error
  const changed = await addressChanged(home, header, signal, {cause: error, exit: 69})
  if (changed === undefined || header.rangesGiven !== true) return changed ?? error
  return new KhwError(
    error.code,
    `${error.message}\n${changed.message}`,
    [...error.suggestions, ...changed.suggestions],
    {cause: error.cause, exit: error.oclif.exit},
  )
}
