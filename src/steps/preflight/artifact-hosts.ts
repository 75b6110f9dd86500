import {UPSTREAM_HOSTS, obstacleTo} from '../../artifacts/net/reach.js'
import {proxyFromEnvironment} from '../../proxy.js'
import {KhwError} from '../../errors.js'
import type {Check, Subject} from './check.js'

/** That the sites where the binaries come from answer this machine, which has to read their checksums. */
export const artifactHosts: Check = {
  name: 'downloads',
  concerns: subject => urlsOf(subject).length > 0,

  async run({signal, artifacts, ...subject}) {
    const urls = urlsOf({...subject, artifacts})
    const hosts = urls.map(url => new URL(url).host).join(' and ')
    const network = {proxy: proxyFromEnvironment(), signal}
    const obstacles = await Promise.all(urls.map(url => obstacleTo(url, network)))
    const found = obstacles.filter(obstacle => obstacle !== undefined)
    if (found.length === 0) return {detail: `${hosts} can be reached`}
    if (artifacts?.source === 'auto')
      return {
        detail: `${found.join(', ')}: Kubernetes will be built from Debian's source, old and for rehearsal`,
        fix: 'For a new one: check the network and HTTPS_PROXY, or use --mirror DIR',
      }
    throw new KhwError('ARTIFACT_UNREACHABLE', `${found.join(', ')}.`, [
      'Check the network and HTTPS_PROXY',
      'Or use --artifacts mirror --mirror URL with a copy of the files',
    ])
  },
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
