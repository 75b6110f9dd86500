import type {PolicyEngine} from '../../cluster/cni.js'
import type {ArtifactSet} from '../artifact.js'
import {hasChecksum} from '../files/checksum.js'
import {manifestOf, type PolicyReleases} from '../upstream/network-policies.js'
import type {ExpectedFile, Problem} from './check.js'
import {imageNamed, type ImageArchive} from './images.js'
import type {MirrorSource} from './source.js'

/** The manifest that a mirror has to have for that engine, by the checksum that khw knows. */
export function expectedManifest(cni: PolicyEngine, releases: PolicyReleases): ExpectedFile {
  const {url, sha256} = releases[cni].manifest
  return {
    name: `${cni}'s manifest`,
    path: pathOf(url),
    upstream: url,
    sha256,
    optional: false,
    checksumOptional: false,
  }
}

/** The engine from a mirror's manifest and the archive of its image, or what is missing of them. */
export async function mirroredEngine(
  source: MirrorSource,
  cni: PolicyEngine,
  archives: readonly ImageArchive[],
  releases: PolicyReleases,
): Promise<{readonly engine?: ArtifactSet['policyEngine']; readonly problems: readonly Problem[]}> {
  const release = releases[cni]
  const {url, sha256} = release.manifest
  const text = (await source.text(pathOf(url))) ?? ''
  const image = imageNamed(archives, cni, release.image)
  const problems: Problem[] = []
  const right = hasChecksum(text, sha256)
  // What a directory has was looked at already.
  if (source.kind === 'url' && text !== '' && !right)
    problems.push({
      code: 'ARTIFACT_CHECKSUM',
      what: `${source.locate(pathOf(url))} has the wrong content: its SHA-256 is not ${sha256} (it should hold ${url})`,
      fix: `Fetch it again: curl -fL -o ${source.locate(pathOf(url))} ${url}`,
    })
  if (image === undefined)
    problems.push({
      code: 'ARTIFACT_MISSING',
      what: `no archive in ${source.locate('images/')} has an image named ${cni} (--cni ${cni} runs it on every worker)`,
      fix: `Where there is a registry: docker save -o ${source.locate(`images/${cni}.tar`)} ${release.image.replace(/@.*$/, '')}, then copy it to the mirror; or --cni bridge, which does not enforce network policies`,
    })
  if (problems.length > 0 || image === undefined || !right) return {problems}
  return {engine: {manifest: manifestOf(cni, release, text), image}, problems}
}

function pathOf(url: string): string {
  return url.replace('https://', '')
}
