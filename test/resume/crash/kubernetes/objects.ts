import {randomBytes} from 'node:crypto'
import type {Etcd} from '../machines/etcd.js'

export interface StoredObject {
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** The objects of one cluster, by path (`/api/v1/nodes/worker-1`). They are what etcd stores: members come and go. */
export class Objects {
  private readonly byPath = new Map<string, StoredObject>()

  constructor(private readonly etcd: Etcd) {}

  get(path: string): StoredObject | undefined {
    return this.byPath.get(path)
  }

  has(path: string): boolean {
    return this.byPath.has(path)
  }

  /** Objects of one collection, or of one kind in all namespaces (`/api/v1/pods`). */
  list(collection: string): StoredObject[] {
    const [, root = '', kind = ''] = /^(.*)\/([^/]+)$/.exec(collection) ?? []
    const direct = new RegExp(`^${collection}/[^/]+$`)
    const anywhere = new RegExp(`^${root}/namespaces/[^/]+/${kind}/[^/]+$`)
    return [...this.byPath].filter(([path]) => direct.test(path) || anywhere.test(path)).map(([, object]) => object)
  }

  /** `key` is the name of the one that an API server encrypts with. */
  put(path: string, object: StoredObject, key = 'key-1'): StoredObject {
    const stored = path.includes('/services/') ? {...object, spec: {clusterIP: '10.32.0.77', ...object.spec}} : object
    this.byPath.set(path, stored)
    const etcdKey = etcdKeyOf(path)
    if (etcdKey !== undefined)
      this.etcd.values.set(etcdKey, Buffer.concat([Buffer.from(`k8s:enc:secretbox:v1:${key}:`), randomBytes(48)]))
    return stored
  }

  /** An object, all of a collection, or a namespace with all that is in it. */
  delete(path: string): void {
    for (const each of this.byPath.keys()) {
      if (each !== path && !each.startsWith(`${path}/`)) continue
      this.byPath.delete(each)
      this.etcd.values.delete(etcdKeyOf(each) ?? '')
    }
  }
}

/** Names of the keys that what etcd holds is encrypted with. */
export function keysIn(values: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  return new Set([...values.values()].map(value => value.toString('latin1').split(':')[4] ?? ''))
}

/** Where etcd has what is encrypted: `/registry/secrets/default/name`; undefined for what is not. */
function etcdKeyOf(path: string): string | undefined {
  const [, namespace = '', resource = '', name = ''] =
    /^\/api\/v1\/namespaces\/([^/]+)\/(secrets|configmaps)\/([^/]+)$/.exec(path) ?? []
  return name === '' ? undefined : `/registry/${resource}/${namespace}/${name}`
}

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change
  const merged: Record<string, unknown> = isRecord(target) ? {...target} : {}
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, key)
    else merged[key] = mergePatch(merged[key], value)
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
