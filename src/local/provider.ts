import {stat} from 'node:fs/promises'
import type {Home} from '../cluster/home.js'
import type {RegionAccess} from '../cluster/provider.js'
import {KhwError} from '../errors.js'
import type {Announcement} from './daemon/announcement.js'
import {findRegion, releaseRegion, startRegion} from './daemon/client.js'
import {readCredentials, type RegionCredentials} from './daemon/credentials.js'
import {hostArchitecture} from './host/architecture.js'
import {hostCapacity} from './host/capacity.js'
import {regionFiles} from './daemon/region-files.js'
import {setUpHost} from './set-up.js'
import {CACHE_SERVER_URL} from './vpc/link-local.js'

export {missingKernelFeatures, type KernelFeature} from './host/kernel.js'

export interface OpenLocalRegionOptions {
  /** Set up this host without asking, where something is missing. */
  readonly assumeYes: boolean
  /** Asked otherwise; without it, a host that is not set up is refused. */
  readonly confirm?: (question: string) => Promise<boolean>
  /** One sentence for each thing that takes a while. */
  readonly onProgress: (text: string) => void
  readonly signal?: AbortSignal
}

/** Sets the host up where it is not, without starting the region yet: an empty one would not wait for a long download. */
export async function prepareLocalRegion(home: Home, options: OpenLocalRegionOptions): Promise<void> {
  if (!(await findRegion(home))) await setUpHost(home, options)
}

/**
 * The local region, ready to be used: finds it, or sets up the host and starts it. The one way into `local/` for the rest
 * of khw. Throws LOCAL_UNSUPPORTED, LOCAL_NOT_ROOT, LOCAL_NOT_SET_UP, BUILD_FAILED or LOCAL_DAEMON_FAILED.
 */
export async function openLocalRegion(home: Home, options: OpenLocalRegionOptions): Promise<RegionAccess> {
  const {region, endpoint, operatorCidr, cacheDirectory} = await findOrStart(home, options)
  return {
    provider: 'local',
    region,
    endpoint,
    credentials: signedInAs(endpoint, process.env) ?? (await credentialsOf(home)),
    operatorCidr,
    ...localRegionFacts({...home, cache: cacheDirectory}),
    ...(await begunAt(home)),
    release: () => releaseRegion(home),
  }
}

/**
 * The credentials of an environment that is about this very region, as after `khw local env`: one may work there as
 * somebody else than its root. Others are of another place and not looked at.
 */
export function signedInAs(endpoint: string, env: NodeJS.ProcessEnv): RegionAccess['credentials'] {
  const {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken} = env
  if (env['AWS_ENDPOINT_URL'] !== endpoint || !accessKeyId || !secretAccessKey) return undefined
  return {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})}
}

/** What holds for the region of this home, running or not. Throws LOCAL_UNSUPPORTED. */
export function localRegionFacts(
  home: Home,
): Required<Pick<RegionAccess, 'architecture' | 'cacheServer' | 'capacity' | 'targetLag'>> {
  const architecture = hostArchitecture()
  if (!architecture)
    throw new KhwError('LOCAL_UNSUPPORTED', `The local region does not run on ${process.arch}.`, ['Use AWS'])
  return {
    architecture,
    cacheServer: {url: CACHE_SERVER_URL, directory: home.cache},
    capacity: () => hostCapacity(home.region),
    // The kernel chooses by what the last check has said.
    targetLag: 0,
  }
}

/** What clients other than khw need to know of the region; finds or starts it in the same way. */
export async function regionEnvironment(
  home: Home,
  options: OpenLocalRegionOptions,
): Promise<{endpoint: string; region: string; accessKeyId: string; secretAccessKey: string; imageId: string}> {
  const {endpoint, region, imageId} = await findOrStart(home, options)
  return {endpoint, region, ...(await credentialsOf(home)), imageId}
}

async function findOrStart(home: Home, options: OpenLocalRegionOptions): Promise<Announcement> {
  await prepareLocalRegion(home, options)
  return startRegion(home, options.signal)
}

async function credentialsOf(home: Home): Promise<RegionCredentials> {
  const credentials = await readCredentials(regionFiles(home.region))
  if (credentials) return credentials
  throw new KhwError('LOCAL_DAEMON_FAILED', `The local region at ${home.region} runs but has lost its credentials.`, [
    'Start over: khw local reset',
  ])
}

/** Its credentials are drawn when it first starts, and never again until it is reset. */
async function begunAt(home: Home): Promise<Pick<RegionAccess, 'begunAt'>> {
  const drawn = await stat(regionFiles(home.region).credentials).catch(() => undefined)
  return drawn === undefined ? {} : {begunAt: drawn.mtimeMs}
}
