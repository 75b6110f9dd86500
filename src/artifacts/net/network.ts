import {setTimeout as delay} from 'node:timers/promises'
import {KhwError, messageOf} from '../../errors.js'
import {HttpStatusError, openUrl} from './http.js'
import type {ProxySettings} from '../../proxy.js'

/** How this run reaches the network. */
export interface Network {
  readonly proxy: ProxySettings
  readonly signal: AbortSignal
  /** Pauses before the second, third ... attempt, in ms. */
  readonly retryDelays: readonly number[]
  /** What the command that runs could be given instead, where something cannot be reached or is missing; nothing by default. */
  readonly instead?: {readonly unreachable: readonly string[]; readonly missing: readonly string[]} | undefined
}

export const RETRY_DELAYS: readonly number[] = [300, 1000, 3000]

/**
 * Runs `attempt`, again after faults that pass (no answer, 408, 429, 5xx). Throws ARTIFACT_MISSING for other statuses
 * and ARTIFACT_UNREACHABLE when the last attempt failed; a KhwError or a cancellation goes through at once.
 */
export async function withRetries<T>(url: string, network: Network, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      network.signal.throwIfAborted()
      if (error instanceof KhwError) throw error
      if (error instanceof HttpStatusError && !passes(error.status)) throw missing(url, network, error)
      const pause = network.retryDelays[tries]
      // A name that does not resolve will not in a second either: offline is said at once.
      if (pause === undefined || codeOf(error) === 'ENOTFOUND') throw unreachable(url, network, error)
      await delay(pause, undefined, {signal: network.signal})
    }
  }
}

/** The text at a URL (checksum files, `stable-1.36.txt`, manifests); at most 1 MiB. Errors as `withRetries`. */
export async function fetchText(
  url: string,
  network: Network,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return withRetries(url, network, async () => {
    const response = await openUrl(url, {headers, signal: network.signal, proxy: network.proxy})
    if (response.statusCode !== 200) {
      response.destroy()
      throw new HttpStatusError(url, response.statusCode ?? 0)
    }
    let text = ''
    response.setEncoding('utf8')
    for await (const chunk of response) {
      text += String(chunk)
      if (text.length > 1 << 20)
        throw new KhwError('ARTIFACT_CHECKSUM', `${url} is no checksum file: it is too long.`, [retryAdvice])
    }
    return text
  })
}

const retryAdvice = 'Open the URL in a browser to see what answers there (a captive portal or a proxy?)'

function passes(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

function missing(url: string, {instead}: Network, cause: HttpStatusError): KhwError {
  return new KhwError(
    'ARTIFACT_MISSING',
    `${url} does not exist: the server answered HTTP ${cause.status}.`,
    ['Check that this version was released for this architecture', ...(instead?.missing ?? [])],
    {cause},
  )
}

function unreachable(url: string, {instead}: Network, cause: unknown): KhwError {
  return new KhwError(
    'ARTIFACT_UNREACHABLE',
    `${new URL(url).host} cannot be reached for ${url}: ${messageOf(cause)}.`,
    [
      'Check the network and HTTPS_PROXY, then run the same command again: finished downloads are kept',
      ...(instead?.unreachable ?? []),
    ],
    {cause},
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
