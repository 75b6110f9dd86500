import {refuseFromDebian} from '../../artifacts/auto.js'
import {isMade} from '../../artifacts/debian/debian.js'
import {DEBIAN_KUBERNETES_VERSION} from '../../artifacts/debian/kubernetes-build.js'
import {UPSTREAM_HOSTS, obstacleTo} from '../../artifacts/net/reach.js'
import {proxyFromEnvironment} from '../../proxy.js'
import {KhwError} from '../../errors.js'
import type {Check, Subject} from './check.js'

/** That the sites where the binaries come from answer this machine, which has to read their checksums, or what is taken instead. */
export const artifactHosts: Check = {
  name: 'downloads',
  concerns: subject => urlsOf(subject).length > 0 || subject.artifacts?.source === 'debian',

  async run({signal, artifacts, ...subject}) {
    if (artifacts?.source === 'debian') return {detail: await fromDebian(subject.access)}
    const urls = urlsOf({...subject, artifacts})
    const hosts = urls.map(url => new URL(url).host).join(' and ')
    const network = {proxy: proxyFromEnvironment(), signal}
    const obstacles = await Promise.all(urls.map(url => obstacleTo(url, network)))
    const found = obstacles.filter(obstacle => obstacle !== undefined)
    const [obstacle] = found
    if (obstacle === undefined) return {detail: `${hosts} can be reached`}
    if (artifacts?.source === 'auto') {
      refuseFromDebian(artifacts, obstacle)
      return {
        detail: `${found.join(', ')}: ${await fromDebian(subject.access)}`,
        fix: 'For a new one: check the network and HTTPS_PROXY, or use --mirror DIR',
      }
    }
    throw new KhwError('ARTIFACT_UNREACHABLE', `${found.join(', ')}.`, [
      'Check the network and HTTPS_PROXY',
      'Or use --artifacts mirror --mirror URL with a copy of the files',
    ])
  },
}

async function fromDebian({cacheServer, architecture = 'amd64'}: Subject['access']): Promise<string> {
  const isThere = cacheServer !== undefined && (await isMade(cacheServer, architecture))
  return isThere
    ? `Kubernetes ${DEBIAN_KUBERNETES_VERSION}, built from Debian's source, is in the cache: old, and for rehearsal`
    : `Kubernetes ${DEBIAN_KUBERNETES_VERSION} will be built from Debian's source, in some minutes: old, and for rehearsal`
}

function urlsOf({artifacts}: Pick<Subject, 'artifacts'>): readonly string[] {
  switch (artifacts?.source) {
    case 'upstream':
    case 'auto':
      return UPSTREAM_HOSTS
    case 'mirror':
      return /^https?:/.test(artifacts.mirror ?? '') ? [artifacts.mirror ?? ''] : []
    case 'debian':
    case undefined:
      return []
  }
}
