import {isIPv4} from 'node:net'
import {KhwError, messageOf} from '../../errors.js'

/** Amazon's own service, and Cloudflare's; both answer with the address and nothing else. */
const SOURCES = ['https://checkip.amazonaws.com/', 'https://ipv4.icanhazip.com/'] as const

const TIMEOUT_MS = 4_000

/**
 * The operator's public IPv4 address, from which SSH and the API are to be reached. Two services that know nothing of
 * each other have to say the same: whoever could make one of them lie could let himself in. Asked without any proxy, as
 * SSH takes none. Throws USAGE, with `--allow-cidr` to say it instead.
 */
export async function ownPublicAddress(
  signal: AbortSignal,
  sources: readonly [string, string] = SOURCES,
): Promise<string> {
  const answers = await Promise.all(sources.map(url => addressBy(url, signal)))
  signal.throwIfAborted()
  const [address, ...others] = [...new Set(answers.flatMap(answer => answer.address ?? []))]
  const silent = answers.filter(answer => answer.address === undefined)
  if (address !== undefined && others.length === 0 && silent.length === 0) return address
  const said = answers.map(({host, address: given, why}) => `${host} ${given === undefined ? why : `says ${given}`}`)
  throw new KhwError(
    'USAGE',
    `Your own public address, from which SSH and the API are to be reached, is not certain: ${said.join(', ')}.`,
    address === undefined
      ? ['Say it yourself, for example: --allow-cidr 203.0.113.7/32']
      : [suggestion(address), ...others.map(suggestion)],
  )
}

function suggestion(address: string): string {
  return `If it is ${address}: --allow-cidr ${address}/32`
}

interface Answer {
  readonly host: string
  readonly address?: string
  /** Why there is none, as the end of a sentence. */
  readonly why: string
}

async function addressBy(url: string, signal: AbortSignal): Promise<Answer> {
  const {host} = new URL(url)
  const deadline = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const answer = await fetch(url, {signal: AbortSignal.any([signal, deadline])})
    const address = (await answer.text()).trim()
    if (!answer.ok) return {host, why: `answers HTTP ${answer.status}`}
    return isIPv4(address) ? {host, address, why: ''} : {host, why: 'does not answer with an address'}
  } catch (error) {
    if (deadline.aborted) return {host, why: `did not answer within ${TIMEOUT_MS / 1000} s`}
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return {host, why: `cannot be reached (${messageOf(cause)})`}
  }
}
