import type {ArtifactSet, PublishedFile} from '../artifact.js'
import type {CacheServer} from '../request.js'
import type {ArchivedImage} from './archived-image.js'
import {referenceOf} from './image-name.js'

/** An archive's images, and what is to be said of where they are from. */
export interface ReadArchive {
  readonly images: readonly ArchivedImage[]
  readonly madeOf: readonly PublishedFile[]
}

/** The region's registry, as nodes ask it, with all that it has of these archives. */
export function imageRegistry(
  server: CacheServer,
  archives: readonly ReadArchive[],
): NonNullable<ArtifactSet['imageRegistry']> {
  const images = archives.flatMap(({images: all, madeOf}) =>
    all.flatMap(({names, digest}) => names.map(name => ({reference: `${referenceOf(name)}@${digest}`, madeOf}))),
  )
  return {url: server.url.replace(/\/+$/, ''), images}
}

/** The reference with the digest of what the registry has: whoever pulls it gets this very content. */
export function pinnedBy({images}: NonNullable<ArtifactSet['imageRegistry']>, reference: string): string {
  return images.find(image => image.reference.startsWith(`${reference}@`))?.reference ?? reference
}

/** All of them with their digests, as far as the registry has them. */
export function allPinnedBy(
  registry: NonNullable<ArtifactSet['imageRegistry']>,
  {pause, check, ...ofAddons}: ArtifactSet['images'],
): ArtifactSet['images'] {
  const pinned = (reference: string): string => pinnedBy(registry, reference)
  const addons = Object.entries(ofAddons).map(([name, reference]) => [name, pinned(reference)] as const)
  return {pause: pinned(pause), check: pinned(check), ...Object.fromEntries(addons)}
}
