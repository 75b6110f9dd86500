import {isRegistryHost, isRepository, isTag} from '../../registry-layout.js'

/** A name that an image has, whole: as containerd and Docker complete what is left out. */
export interface ImageName {
  /** With its registry: `docker.io/library/busybox`. */
  readonly repository: string
  /** Absent where only a digest was given. */
  readonly tag?: string
}

/** `busybox` is `docker.io/library/busybox:latest`. Undefined for what is no name of an image. */
export function imageName(reference: string): ImageName | undefined {
  const [named = '', digest] = reference.split('@')
  const [, path = named, tag] = /^(.*):([^/:]+)$/.exec(named) ?? []
  const [first = '', ...rest] = path.split('/')
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first)
  const host = hasHost ? first : 'docker.io'
  const inside = hasHost ? rest.join('/') : rest.length > 0 ? path : `library/${path}`
  if (!isRegistryHost(host) || !isRepository(inside) || (tag !== undefined && !isTag(tag))) return undefined
  const repository = `${host}/${inside}`
  if (tag !== undefined) return {repository, tag}
  return digest === undefined ? {repository, tag: 'latest'} : {repository}
}

/** `registry.k8s.io/pause:3.10`; without a tag the repository alone. */
export function referenceOf({repository, tag}: ImageName): string {
  return tag === undefined ? repository : `${repository}:${tag}`
}

/** `busybox` of `registry.k8s.io/e2e-test-images/busybox:1.29-4`, whatever its tag or digest. */
export function lastNameOf(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  return last.replace(/[:@].*$/, '')
}
