import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import {componentVersions, DEFAULT_KUBERNETES_VERSION} from '../../../src/kubernetes/component-versions.js'
import {upstreamImages} from '../../../src/artifacts/upstream/images.js'
import {fileServer, type FileServer} from '../../artifacts/file-server.js'
import {sha256} from '../../artifacts/support.js'
import {releaseFiles} from '../../artifacts/upstream/release-files.js'

/** A mirror with stand-ins for everything a cluster needs: the simulated machines have the programs for the asking. */
export async function mirror(): Promise<FileServer> {
  const {pause, check, coredns} = upstreamImages(componentVersions(DEFAULT_KUBERNETES_VERSION))
  const tags = [pause, check, coredns]
  const archive = await imageArchive({architecture: 'amd64', tags, command: ['/x'], environment: [], layer: []})
  const files: Record<string, Buffer> = {...releaseFiles(DEFAULT_KUBERNETES_VERSION), 'images/base.tar': archive}
  const sums = Object.entries(files).map(([path, content]) => `${sha256(content)}  ./${path}\n`)
  return fileServer({...files, SHA256SUMS: sums.join('')})
}
