import {ADDON_NAMES} from '../../cluster/addons.js'
import type {Artifact, ArtifactSet} from '../artifact.js'
import {lastNameOf, referenceOf} from '../images/image-name.js'
import {imagesOf, type ReadOptions} from '../images/image-store.js'
import type {ArchivedImage} from '../images/archived-image.js'
import {POLICY_RELEASES} from '../upstream/network-policies.js'
import type {ImageReferences} from '../upstream/images.js'
import type {ExpectedFile} from './check.js'
import {inParallel} from '../../parallel.js'
import type {MirrorSource} from './source.js'

/** An image archive of a mirror, on this machine. */
export interface ImageArchive {
  /** Path in the mirror. */
  readonly path: string
  readonly sha256: string
  readonly images: readonly ArchivedImage[]
}

/** Names that are tried in a mirror that cannot be listed. */
const USUAL_NAMES = ['pause', 'busybox', 'check', ...ADDON_NAMES, ...Object.keys(POLICY_RELEASES)]

const FOLDER = 'images/'

const READS_AT_ONCE = 4

/** The image archives a mirror has: all `images/*.tar` of a listing, else those of the usual names. */
export function expectedImages(source: MirrorSource): readonly ExpectedFile[] {
  const listed = source.listing && [...source.listing].filter(path => /^images\/[^/]+\.tar$/.test(path)).sort()
  const paths = listed ?? USUAL_NAMES.map(name => `${FOLDER}${name}.tar`)
  return paths.map(path => ({
    name: nameOf(path),
    path,
    optional: listed === undefined,
    checksumOptional: true,
  }))
}

/** What is in them, in the order of `files`; see `imagesOf`. */
export async function readImages(
  files: readonly {readonly path: string; readonly local: string; readonly sha256: string}[],
  options: ReadOptions,
): Promise<readonly ImageArchive[]> {
  return inParallel(files, READS_AT_ONCE, async ({path, local, sha256}) => ({
    path,
    sha256,
    images: await imagesOf({path: local, sha256}, options),
  }))
}

/**
 * Which of the archives' images serve as what: the reference khw would pull, else any image of that name in any
 * repository (a mirror may have been filled from elsewhere, or with khw's own busybox image).
 */
export function chooseImages(
  archives: readonly ImageArchive[],
  preferred: ImageReferences,
): {readonly images: Partial<ArtifactSet['images']>; readonly missing: readonly (keyof ImageReferences)[]} {
  const tags = tagsOf(archives)
  const choose = (reference: string, names: readonly string[]) =>
    tags.includes(reference) ? reference : tags.find(tag => names.includes(lastNameOf(tag)))
  const pause = choose(preferred.pause, ['pause'])
  const check = choose(preferred.check, ['busybox', 'check'])
  const addons = ADDON_NAMES.flatMap(name => {
    const image = choose(preferred[name], [name])
    return image === undefined ? [] : [[name, image] as const]
  })
  const images: Partial<ArtifactSet['images']> = {
    ...(pause !== undefined && {pause}),
    ...(check !== undefined && {check}),
    ...Object.fromEntries(addons),
  }
  const all = ['pause', 'check', ...ADDON_NAMES] as const
  return {images, missing: all.filter(name => images[name] === undefined)}
}

/** The archives' image of that name, whatever its repository; `reference` is that which was released. */
export function imageNamed(archives: readonly ImageArchive[], name: string, reference: string): string | undefined {
  const tags = tagsOf(archives)
  const tagged = reference.replace(/@.*$/, '')
  return tags.includes(tagged) ? tagged : tags.find(tag => lastNameOf(tag) === name)
}

function tagsOf(archives: readonly ImageArchive[]): readonly string[] {
  const names = archives.flatMap(({images}) => images.flatMap(image => image.names))
  return names.filter(({tag}) => tag !== undefined).map(referenceOf)
}

/** What nodes do with an image archive where no registry has it: all are imported, so that a site can bring its own images along. */
export function imageArtifact(path: string): Pick<Artifact, 'name' | 'version' | 'install' | 'roles'> {
  const file = path.slice(FOLDER.length)
  return {
    name: `image-${nameOf(path)}`,
    version: 'mirrored',
    install: {kind: 'image', path: `/var/lib/khw/images/${file}`},
    roles: ['worker'],
  }
}

function nameOf(path: string): string {
  return path
    .slice(FOLDER.length)
    .replace(/\.tar$/, '')
    .replace(/[^\w.-]/g, '-')
}
