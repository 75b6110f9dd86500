import {join, resolve} from 'node:path'
import envPaths from 'env-paths'

/** Where khw keeps things. `KHW_HOME` moves all state, `KHW_CACHE` the downloads, builds and machine images. */
export interface Home {
  /** All state: clusters, secrets, the local region. */
  readonly data: string
  /** What can be had again: artifacts and machine images. */
  readonly cache: string
  /** One directory a cluster: journal, secrets, kubeconfig, lock. */
  readonly clusters: string
  /** State of the local region. */
  readonly region: string
}

/** The directories of this process, from its environment (default: the platform's data and cache directories). */
export function homeOf(env: NodeJS.ProcessEnv = process.env): Home {
  const platform = envPaths('khw', {suffix: ''})
  // Absolute, as the region's daemon works elsewhere; a variable that is empty says nothing.
  const data = resolve(env['KHW_HOME'] || platform.data)
  const cache = resolve(env['KHW_CACHE'] || platform.cache)
  return {data, cache, clusters: join(data, 'clusters'), region: join(data, 'region')}
}
