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

  put(path: string, object: StoredObject): StoredObject {
    const stored = path.includes('/services/') ? {...object, spec: {clusterIP: '10.32.0.77', ...object.spec}} : object
    this.byPath.set(path, stored)
    const secret = /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(path)
    if (secret) {
      const encrypted = Buffer.concat([Buffer.from('k8s:enc:secretbox:v1:key-1:'), randomBytes(48)])
      this.etcd.values.set(`/registry/secrets/${secret[1] ?? ''}/${secret[2] ?? ''}`, encrypted)
    }
    return stored
  }

  /** An object, all of a collection, or a namespace with all that is in it. */
  delete(path: string): void {
    for (const each of this.byPath.keys()) if (each === path || each.startsWith(`${path}/`)) this.byPath.delete(each)
  }
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
