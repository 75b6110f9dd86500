import {KhwError} from '../errors.js'
import type {HttpsCall, Reply} from './https.js'
import type {StatusObject} from './objects.js'

/** The API server refused; `message` has its own words. */
export class KubernetesApiError extends KhwError {
  /** HTTP's. */
  readonly status: number
  /** Kubernetes' one-word reason: `Forbidden`, `AlreadyExists`, `Invalid`. */
  readonly reason: string | undefined

  constructor(call: HttpsCall, endpoint: string, reply: Reply) {
    const status = statusOf(reply.body)
    const words = status?.message ?? (reply.body.trim().slice(0, 300) || 'no explanation')
    const what = `${call.method} ${call.path.split('?', 1)[0] ?? ''}`
    super(
      'KUBERNETES_API',
      `The API server ${endpoint} refused ${what} (${reply.status}): ${words}`,
      advice(reply.status),
    )
    this.status = reply.status
    this.reason = status?.reason
  }
}

/** No endpoint of the cluster is ready to serve. */
export function unreachable(endpoints: readonly string[], errors: readonly Error[]): KhwError {
  const whys = errors.map(error => `\n  ${error.message}`).join('')
  const several = `None of the ${endpoints.length} API servers is ready`
  const which = ['No controller is running', 'The API server is not ready'][endpoints.length] ?? several
  return new KhwError(
    'KUBERNETES_API',
    `${which}${whys === '' ? '.' : `:${whys}`}`,
    [
      'See how the nodes are: khw status',
      'Read its log: khw ssh controller-1 -- sudo journalctl -u kube-apiserver -n 50',
    ],
    {cause: errors[0]},
  )
}

function advice(status: number): readonly [string, ...string[]] {
  switch (status) {
    case 401:
      return ['The client certificate was not accepted: see in khw status when the certificates expire']
    case 403:
      return ['The user lacks the right: look at the bindings with kubectl get clusterrolebindings']
    case 429:
    case 500:
    case 503:
    case 504:
      return [
        'Read its log: khw ssh controller-1 -- sudo journalctl -u kube-apiserver -n 50',
        'Run the same command again',
      ]
    default:
      return ['See how the cluster is: khw status']
  }
}

function statusOf(body: string): StatusObject | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isStatus(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isStatus(value: unknown): value is StatusObject {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
}
