import {createRequire} from 'node:module'
import type * as stsModule from '@aws-sdk/client-sts'

const require = createRequire(import.meta.url)

/** The region of the profile in use, as AWS's configuration files have it (`AWS_PROFILE`, or `default`); undefined if they have none. */
export async function configuredRegion(): Promise<string | undefined> {
  const {STS} = require('@aws-sdk/client-sts') as typeof stsModule
  const client = new STS({})
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}
