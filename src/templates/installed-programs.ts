import {posix} from 'node:path'
import type {ArtifactSet} from '../artifacts/artifact.js'
import type {Role} from '../cluster/addressing.js'
import {KhwError} from '../errors.js'

/**
 * Where the artifacts put a program on a node: `/usr/local/bin/kubelet`. The artifact set says; templates do not guess.
 * @throws KhwError ARTIFACT_MISSING if no artifact of the role installs a program of that name.
 */
export function installedPath({artifacts, source}: ArtifactSet, program: string, role: Role): string {
  const path = artifacts
    .filter(artifact => artifact.roles.includes(role))
    .flatMap(({install}) => {
      if (install.kind === 'binary') return [install.path]
      return install.kind === 'tar.gz' ? Object.values(install.members) : []
    })
    .find(each => posix.basename(each) === program)
  if (path !== undefined) return path
  throw new KhwError(
    'ARTIFACT_MISSING',
    `The ${source} artifacts bring no ${program}, which every ${role} runs, so its units cannot be written.`,
    [source === 'mirror' ? 'Add the file to the mirror, then run the command again' : 'Try another --artifacts source'],
  )
}

/** Archives of images on nodes of the role, for containerd to import. */
export function imageArchives({artifacts}: ArtifactSet, role: Role): readonly string[] {
  return artifacts.flatMap(({install, roles}) =>
    install.kind === 'image' && roles.includes(role) ? [install.path] : [],
  )
}
