import {obstacleTo} from '../../artifacts/net/reach.js'
import {awsClients} from '../../aws/clients.js'
import {allRegions, ec2Endpoint, homeRegion, KNOWN_REGIONS} from '../../aws/regions.js'
import {NOBODY} from '../../cluster/operator-ranges.js'
import {KhwError, messageOf} from '../../errors.js'
import {nearest} from '../../nearest.js'
import {proxyFromEnvironment} from '../../proxy.js'

/** Milliseconds that EC2 has to say which regions there are. */
const PATIENCE = 6_000

/** Ways to learn of regions that khw does not know yet; those of AWS unless told otherwise. */
export interface RegionSources {
  /** Every region that EC2 knows of. */
  readonly ask: (home: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Why nothing answers at a URL; undefined if something does. */
  readonly obstacle: (url: string, signal: AbortSignal) => Promise<string | undefined>
}

/**
 * Throws USAGE for a region that AWS does not have, before anything is asked of it. One that khw does not know may be newer
 * than khw: EC2 is asked; where there are no credentials, or they may not ask, it is enough that something answers there.
 */
export async function requireRegion(
  region: string,
  outer: AbortSignal,
  {env = process.env, sources = AWS}: {readonly env?: NodeJS.ProcessEnv; readonly sources?: RegionSources} = {},
): Promise<void> {
  // Behind an endpoint of one's own regions may have any name.
  if (KNOWN_REGIONS.includes(region) || env['AWS_ENDPOINT_URL'] || env['AWS_ENDPOINT_URL_EC2']) return
  if (!/^[a-z]+(-[a-z]+)+-\d+$/.test(region)) throw noRegion(region, KNOWN_REGIONS, '')
  const signal = AbortSignal.any([outer, AbortSignal.timeout(PATIENCE)])
  try {
    const regions = await sources.ask(homeRegion(region), signal)
    if (regions.includes(region)) return
    throw noRegion(region, regions, '')
  } catch (error) {
    outer.throwIfAborted()
    if (error instanceof KhwError) throw error
    const obstacle = await sources.obstacle(ec2Endpoint(region), outer)
    if (obstacle === undefined) return
    throw noRegion(
      region,
      KNOWN_REGIONS,
      ` EC2 could not be asked whether it is new: ${messageOf(error)}; ${obstacle}.`,
    )
  }
}

const AWS: RegionSources = {
  async ask(home, signal) {
    const clients = awsClients({provider: 'aws', region: home, ...NOBODY}, {signal, impatient: true})
    try {
      return await allRegions(clients.ec2, signal)
    } finally {
      clients.close()
    }
  },
  obstacle: (url, signal) => obstacleTo(url, {proxy: proxyFromEnvironment(), signal}),
}

function noRegion(region: string, regions: readonly string[], why: string): KhwError {
  const [area = ''] = region.split('-')
  const near = regions.filter(each => each.startsWith(`${area}-`))
  const meant = nearest(region, regions)
  return new KhwError(
    'USAGE',
    `AWS has no region "${region}"${why === '' ? '' : ', as far as khw knows'}.${why}`,
    meant === undefined
      ? [`Choose one of: ${(near.length > 0 ? near : regions).toSorted().join(', ')}`]
      : [`Try --region ${meant}`, `There ${near.length === 1 ? 'is' : 'are'}: ${near.toSorted().join(', ')}`],
    {exit: 2},
  )
}
