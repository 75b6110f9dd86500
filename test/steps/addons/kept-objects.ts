import type {Manifest} from '../../../src/kubernetes/objects.js'
import {READY, type Answer, type Seen} from '../../kubernetes/loopback.js'

/** Objects as an API server keeps them: what is applied is there, managed by who applied it; nothing runs by itself. */
export class KeptObjects {
  readonly all = new Map<string, Manifest>()

  handle({method, path, query, body, type}: Seen): Answer {
    if (path === '/readyz') return READY
    const there = this.all.get(path)
    if (method === 'POST') {
      this.all.set(`${path}/${(body as Manifest).metadata.name}`, body as Manifest)
      return {status: 201, body}
    }
    if (method === 'PATCH' && type === 'application/merge-patch+json') {
      if (there) this.all.set(path, {...there, ...(body as Manifest)})
    } else if (method === 'PATCH' && path.includes('/apiservices/')) {
      throw new Error('FieldManager must be installed to run apply')
    } else if (method === 'PATCH') {
      const applied = body as Manifest
      const managedFields = [
        ...(there?.metadata.managedFields ?? []),
        {manager: query.get('fieldManager') ?? 'unknown'},
      ]
      this.all.set(path, {...there, ...applied, metadata: {...applied.metadata, generation: 1, managedFields}})
    }
    if (method === 'DELETE') this.all.delete(path)
    const object = this.all.get(path)
    return object ? {body: object} : {status: 404, body: {kind: 'Status', reason: 'NotFound'}}
  }

  put(path: string, change: object): void {
    this.all.set(path, {...this.all.get(path), ...change} as Manifest)
  }
}
