import type {Architecture} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {ArchiveMembers} from './archive-members.js'
import type {ArchivedImage} from './archived-image.js'
import {dockerImages} from './docker-save.js'
import {ociImages} from './oci-layout.js'

/**
 * The images of an archive for machines of that architecture, by an OCI layout's index if it names any, else by docker
 * save's list. Each is whole: everything it is made of is there with the digest by which it is called for. Throws
 * ARTIFACT_CHECKSUM otherwise, or if the archive names no image at all.
 */
export function imagesIn(archive: string, members: ArchiveMembers, architecture: Architecture): ArchivedImage[] {
  const problem = (why: string): KhwError => notAnImage(archive, why)
  const inLayout = ociImages(members, architecture, problem)
  const found = inLayout.length > 0 ? inLayout : dockerImages(members, problem)
  if (found.length === 0) throw problem('it names no image in manifest.json or index.json')
  return found.filter(image => image.architecture === undefined || image.architecture === architecture)
}

export function notAnImage(archive: string, why: string): KhwError {
  return new KhwError('ARTIFACT_CHECKSUM', `${archive} is no container image archive: ${why}.`, [
    'Make it with docker save, or ctr image export',
  ])
}
