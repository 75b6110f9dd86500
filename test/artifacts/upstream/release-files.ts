import {gzipSync} from 'node:zlib'
import {componentVersions} from '../../../src/kubernetes/component-versions.js'
import {upstreamFiles} from '../../../src/artifacts/upstream/catalog.js'
import {upstreamImages} from '../../../src/artifacts/upstream/images.js'
import {sha256} from '../support.js'

/** Stand-ins for everything upstream publishes of a version, with its checksum files, by URL without `https://`. */
export function releaseFiles(kubernetesVersion: string): Record<string, Buffer> {
  const files: Record<string, Buffer> = {}
  const sums = new Map<string, string>()
  for (const file of upstreamFiles(componentVersions(kubernetesVersion), 'amd64')) {
    const path = file.url.replace('https://', '')
    const content = gzipSync(`${file.name} ${file.version}`)
    files[path] = content
    const checksumPath = file.checksumUrl.replace('https://', '')
    const line = checksumPath.endsWith('.sha256')
      ? sha256(content)
      : `${sha256(content)}  ${path.split('/').at(-1) ?? ''}\n`
    sums.set(checksumPath, `${sums.get(checksumPath) ?? ''}${line}`)
  }
  for (const [path, text] of sums) files[path] = Buffer.from(text)
  return files
}

/** What the registry has of the images of a version, by URL without `https://` (OCI distribution-spec). */
export function imageManifests(kubernetesVersion: string): Record<string, Buffer> {
  const references = Object.values(upstreamImages(componentVersions(kubernetesVersion)))
  return Object.fromEntries(
    references.map(reference => [
      reference.replace(/^([^/]+)\/(.*):([^:]+)$/, '$1/v2/$2/manifests/$3'),
      Buffer.from(JSON.stringify({schemaVersion: 2, config: {of: reference}})),
    ]),
  )
}
