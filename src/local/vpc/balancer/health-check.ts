import {request as requestHttp, type IncomingMessage, type RequestOptions} from 'node:http'
import {request as requestHttps} from 'node:https'
import {connect} from 'node:net'
import type {HealthCheck} from '../../elb-model.js'

export interface Endpoint {
  readonly address: string
  readonly port: number
  /** Where the check comes from. */
  readonly localAddress: string
}

/** Whether an endpoint passes one check. As at Amazon's, nobody looks at whose certificate it is. Never rejects. */
export async function passes(check: HealthCheck, endpoint: Endpoint): Promise<boolean> {
  const signal = AbortSignal.timeout(check.timeoutSeconds * 1000)
  try {
    if (check.protocol === 'TCP') await opens(endpoint, signal)
    else return isMatch(check.matcher ?? '200-399', await statusOf(check, endpoint, signal))
    return true
  } catch {
    return false
  }
}

/** Whether a status is among those of a matcher: `200,204`, `200-399`. */
export function isMatch(matcher: string, status: number): boolean {
  return matcher.split(',').some(part => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return status >= first && status <= last
  })
}

function opens({address, port, localAddress}: Endpoint, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({host: address, port, localAddress})
    const end = (settle: () => void): void => {
      socket.destroy()
      settle()
    }
    socket.once('connect', () => {
      end(resolve)
    })
    socket.once('error', error => {
      end(() => {
        reject(error)
      })
    })
    signal.addEventListener('abort', () => {
      end(() => {
        reject(new Error('no answer in time'))
      })
    })
  })
}

function statusOf(check: HealthCheck, {address, port, localAddress}: Endpoint, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      host: address,
      port,
      localAddress,
      path: check.path ?? '/',
      headers: {'User-Agent': 'ELB-HealthChecker/2.0', Connection: 'close'},
      agent: false,
      signal,
    }
    const answered = (response: IncomingMessage): void => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    }
    const request =
      check.protocol === 'HTTPS'
        ? requestHttps({...options, rejectUnauthorized: false}, answered)
        : requestHttp(options, answered)
    request.once('error', reject)
    request.end()
  })
}
