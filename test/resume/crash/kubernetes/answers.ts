import type {Cluster} from './cluster.js'
import {mergePatch, type StoredObject} from './objects.js'
import {logOf, withStatus} from './pods.js'

export interface ApiRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly type: string
  readonly body: string
}

export interface Caller {
  readonly groups: readonly string[]
}

export interface ApiAnswer {
  readonly status: number
  readonly text: string
}

const MASTERS = 'system:masters'
const ADMINS = 'khw:cluster-admins'
const ADMIN_BINDING = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${ADMINS}`

/** The Kubernetes API as far as khw uses it. */
export function answerTo(
  {method, target, type, body}: ApiRequest,
  {groups}: Caller,
  {cluster, ready, keys}: {readonly cluster: Cluster; readonly ready: boolean; readonly keys: readonly string[]},
): ApiAnswer {
  const {objects} = cluster
  const path = decodeURIComponent(target.replace(/\?.*$/, ''))
  if (path === '/readyz') return ready ? {status: 200, text: 'ok'} : {status: 500, text: '[-]etcd failed: no quorum'}
  if (!ready) return refusal(503, 'ServiceUnavailable', 'etcd has no quorum')
  const admin = groups.includes(ADMINS) && objects.has(ADMIN_BINDING)
  if (!groups.includes(MASTERS) && !admin)
    return refusal(403, 'Forbidden', `${groups.join()} may not ${method} ${path}`)
  cluster.registerNodes()
  switch (method) {
    case 'GET':
      return read(cluster, path)
    case 'POST': {
      const object = JSON.parse(body) as StoredObject
      const own = `${path}/${object.metadata.name}`
      if (objects.has(own)) return refusal(409, 'AlreadyExists', `${own} already exists`)
      return {status: 201, text: JSON.stringify(objects.put(own, object, keys[0]))}
    }
    case 'PATCH': {
      const object = JSON.parse(body) as StoredObject
      const there = objects.get(path)
      if (type === 'application/apply-patch+yaml')
        return {status: 200, text: JSON.stringify(objects.put(path, object, keys[0]))}
      if (!there) return notFound(path)
      return {status: 200, text: JSON.stringify(objects.put(path, mergePatch(there, object) as StoredObject, keys[0]))}
    }
    case 'DELETE':
      objects.delete(path)
      return {status: 200, text: '{}'}
    default:
      return refusal(405, 'MethodNotAllowed', method)
  }
}

function read({objects}: Cluster, path: string): ApiAnswer {
  if (path.endsWith('/log')) return {status: 200, text: logOf(objects, path.replace(/\/log$/, ''))}
  const isCollection = /(^\/api\/v1|^\/apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/[a-z]+$/.test(path)
  const shown = (object: StoredObject): StoredObject => (object.kind === 'Pod' ? withStatus(object) : object)
  if (isCollection) return {status: 200, text: JSON.stringify({items: objects.list(path).map(shown)})}
  const object = objects.get(path)
  return object ? {status: 200, text: JSON.stringify(shown(object))} : notFound(path)
}

function notFound(path: string): ApiAnswer {
  return refusal(404, 'NotFound', `${path} not found`)
}

function refusal(status: number, reason: string, message: string): ApiAnswer {
  return {status, text: JSON.stringify({kind: 'Status', status: 'Failure', code: status, reason, message})}
}
