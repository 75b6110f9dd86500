import {messageOf} from '../../errors.js'
import {openUrl} from './http.js'
import type {Network} from './network.js'

/** How long a server gets to answer before it counts as out of reach. */
const REACH_MS = 3000

/** Where binaries and images come from. */
export const UPSTREAM_HOSTS: readonly string[] = [
  'https://dl.k8s.io/',
  'https://github.com/',
  'https://registry.k8s.io/',
]

/** Why a server cannot be used; undefined if it answers at all. */
export async function obstacleTo(url: string, network: Pick<Network, 'proxy' | 'signal'>): Promise<string | undefined> {
  const {host} = new URL(url)
  const deadline = AbortSignal.timeout(REACH_MS)
  const signal = AbortSignal.any([network.signal, deadline])
  try {
    const response = await openUrl(url, {method: 'HEAD', signal, proxy: network.proxy})
    response.destroy()
    return (response.statusCode ?? 0) < 500 ? undefined : `${host} answers HTTP ${response.statusCode ?? 0}`
  } catch (error) {
    network.signal.throwIfAborted()
    return deadline.aborted
      ? `${host} did not answer within ${REACH_MS / 1000} s`
      : `${host} cannot be reached (${messageOf(error)})`
  }
}
