import {configuredRegion} from '../../aws/configured-region.js'
import {LOCAL_REGION} from '../../cluster/provider.js'
import type {ProviderName} from '../../cluster/spec.js'
import {createRequestDefaults} from './create-request.js'
import {requireRegion} from './require-region.js'

/** The AWS region where none is said: as the AWS tools have it from their environment and the profile in use. */
export async function defaultRegion(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  // An empty variable says nothing.
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await configuredRegion()) || createRequestDefaults.region
}

/** The region that is meant; the local one has a name of its own. Throws USAGE for one that AWS does not have. */
export async function regionFor(
  provider: ProviderName,
  asked: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (provider === 'local') return LOCAL_REGION
  const region = asked ?? (await defaultRegion())
  await requireRegion(region, signal)
  return region
}
