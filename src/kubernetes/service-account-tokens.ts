import type {KubernetesApi} from './api.js'
import type {KubernetesObject, PodObject} from './objects.js'

interface TokenSecret extends KubernetesObject {
  readonly data?: {readonly token?: string}
}

const TOKEN_SECRETS = `/api/v1/secrets?fieldSelector=${encodeURIComponent('type=kubernetes.io/service-account-token')}`

/** What a token lasts that is asked for without saying how long (TokenRequest), and the least that the API hands to pods: seconds. */
const USUAL_LIFE = 3607

/** A Secret that holds a token of a service account: before Kubernetes 1.24 each account has one. */
export interface StoredToken {
  readonly path: string
  /** Of the key that has signed it (`kid`), empty if it does not say; undefined while there is no token. */
  readonly keyId: string | undefined
}

export async function storedTokens(api: KubernetesApi): Promise<readonly StoredToken[]> {
  const secrets = await api.list<TokenSecret>(TOKEN_SECRETS)
  return secrets.map(({metadata: {namespace = 'default', name}, data}) => ({
    path: `/api/v1/namespaces/${namespace}/secrets/${name}`,
    keyId: !data?.token ? undefined : keyIdIn(Buffer.from(data.token, 'base64').toString('utf8')),
  }))
}

/** Has the controller manager sign another in its place, as it does for a Secret of this type that has none. */
export async function mintAnew(api: KubernetesApi, {path}: StoredToken): Promise<void> {
  await api.patch(path, {data: {token: null}})
}

/** How long a token may last, in seconds, that a pod was handed: by what the pods that there are ask for. */
export async function longestTokenLife(api: KubernetesApi): Promise<number> {
  const asked = (await api.pods()).flatMap(lives)
  return Math.max(USUAL_LIFE, ...asked)
}

function lives({spec}: PodObject): readonly number[] {
  const sources = (spec?.volumes ?? []).flatMap(({projected}) => projected?.sources ?? [])
  return sources.flatMap(({serviceAccountToken}) => serviceAccountToken?.expirationSeconds ?? [])
}

/** From the header of a JWT. Somebody may have put there what is none: the controller manager leaves it as it is. */
function keyIdIn(token: string): string {
  const [header = ''] = token.split('.')
  try {
    const {kid} = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as {readonly kid?: unknown}
    return typeof kid === 'string' ? kid : ''
  } catch {
    return ''
  }
}
