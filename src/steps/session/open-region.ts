import {existsSync} from 'node:fs'
import type {Home} from '../../cluster/home.js'
import {listRanges, NOBODY, operatorRanges, rangesOf, type OperatorRanges} from '../../cluster/operator-ranges.js'
import {checkRegion, type RegionAccess} from '../../cluster/provider.js'
import type {ProviderName} from '../../cluster/spec.js'
import type {OpenLocalRegionOptions} from '../../local/provider.js'
import {callerAccount, refuseOtherAccount} from './account.js'
import {regionFor} from '../request/default-region.js'
import type {JournalHeader} from '../engine/journal.js'
import {ownPublicAddress} from '../operator/own-address.js'

export interface OpenRegionOptions {
  readonly home: Home
  readonly provider: ProviderName
  /** Of AWS; the local region has a name of its own. */
  readonly region: string
  /** Who may reach SSH and the API; on AWS the operator's own public address unless given. */
  readonly ranges?: OperatorRanges
  /** Whether missing packages of the local region may be installed without asking. */
  readonly yes: boolean
  readonly confirm: (question: string) => Promise<boolean>
  readonly onNotice: (text: string) => void
  readonly signal: AbortSignal
}

/** The one place that knows of both providers. */
export async function openRegion(options: OpenRegionOptions): Promise<RegionAccess> {
  if (options.provider === 'local') {
    const {openLocalRegion} = await import('../../local/provider.js')
    const access = await openLocalRegion(options.home, localOptions(options))
    return options.ranges === undefined ? access : {...access, ...rangesOf(options.ranges)}
  }
  return {
    provider: 'aws',
    region: options.region,
    ...rangesOf(options.ranges ?? operatorRanges([`${await ownPublicAddress(options.signal)}/32`])),
  }
}

/** Nothing is asked and nothing set up. */
export const QUIET = {yes: false, confirm: () => Promise.resolve(false), onNotice: () => undefined}

/** The region of a cluster that exists: nothing is asked, nothing set up, and no other account taken for its own. */
export function reopenRegion(home: Home, header: JournalHeader, signal: AbortSignal): Promise<RegionAccess> {
  return openRegionAnew(home, header, listRanges(header), signal)
}

/** As `reopenRegion`, but with other ranges that may reach the cluster; by default where one comes from now. */
export async function openRegionAnew(
  home: Home,
  header: JournalHeader,
  ranges: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<RegionAccess> {
  const {provider, region} = header.spec
  const given = ranges === undefined ? {} : {ranges: operatorRanges(ranges)}
  const access = await openRegion({home, provider, region, ...given, ...QUIET, signal})
  refuseOtherAccount(header, await callerAccount(access, signal))
  return access
}

/**
 * A region in which to look for clusters by their tags; undefined if no provider is said and this home has no region of
 * its own. Sets nothing up.
 */
export async function regionToLookAt(options: {
  home: Home
  provider: ProviderName | undefined
  region: string | undefined
  signal: AbortSignal
}): Promise<RegionAccess | undefined> {
  const {home, signal} = options
  const provider = options.provider ?? (options.region === undefined ? 'local' : 'aws')
  checkRegion(provider, options.region)
  if (provider === 'local' && !existsSync(home.region)) return undefined
  const region = await regionFor(provider, options.region, signal)
  return openRegion({home, provider, region, ranges: NOBODY, ...QUIET, signal})
}

/** What comes before a download that takes minutes: that this host can be the local region, after asking. */
export async function prepareRegion(options: OpenRegionOptions): Promise<void> {
  if (options.provider !== 'local') return
  const {prepareLocalRegion} = await import('../../local/provider.js')
  await prepareLocalRegion(options.home, localOptions(options))
}

function localOptions({yes, confirm, onNotice, signal}: OpenRegionOptions): OpenLocalRegionOptions {
  return {assumeYes: yes, confirm, onProgress: onNotice, signal}
}

/** What is known of a provider's machines before it is opened. */
export async function regionFacts(
  provider: ProviderName,
  home: Home,
): Promise<Pick<RegionAccess, 'architecture' | 'cacheServer' | 'capacity'>> {
  if (provider === 'aws') return {}
  const {localRegionFacts} = await import('../../local/provider.js')
  return localRegionFacts(home)
}
