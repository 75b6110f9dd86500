import {expect} from 'chai'
import {resolveAuto} from '../../src/artifacts/auto.js'
import type {ArtifactSet} from '../../src/artifacts/artifact.js'
import type {ArtifactRequest} from '../../src/artifacts/request.js'
import {fileServer} from './file-server.js'
import {failure, network} from './support.js'

describe('auto', () => {
  const request = (kubernetesVersion?: string): ArtifactRequest => ({
    source: 'auto',
    kubernetesVersion,
    architecture: 'amd64',
    cache: '/nowhere',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  const set = (source: ArtifactSet['source']): ArtifactSet => ({
    source,
    architecture: 'amd64',
    versions: {kubernetes: '', etcd: '', containerd: '', runc: '', cni: ''},
    artifacts: [],
    images: {pause: '', check: ''},
    notices: ['its own'],
  })
  const sources = {upstream: async () => set('upstream'), debian: async () => set('debian')}

  it('takes upstream where it answers, whatever it answers', async () => {
    const server = await fileServer()
    try {
      const taken = await resolveAuto(request(), network(), sources, [server.url])
      expect(taken.source).to.equal('upstream')
      expect(taken.notices).to.have.length(2)
    } finally {
      await server.close()
    }
  })

  it('takes Debian where one of the servers cannot be reached, and says why', async () => {
    const [alive, dead] = await Promise.all([fileServer(), fileServer()])
    await dead.close()
    try {
      const taken = await resolveAuto(request(), network(), sources, [alive.url, dead.url])
      expect(taken.source).to.equal('debian')
      expect(taken.notices[0]).to.include(new URL(dead.url).host).and.include('ECONNREFUSED')
      expect(taken.notices[1]).to.equal('its own')
      expect((await resolveAuto(request('1.20'), network(), sources, [dead.url])).source).to.equal('debian')
      const error = await failure(resolveAuto(request('1.36'), network(), sources, [dead.url]), 'ARTIFACT_UNREACHABLE')
      expect(error.message).to.include('1.36').and.include('1.20.2 only')
      const policies = {...request(), cni: 'kube-network-policies' as const}
      const refused = await failure(resolveAuto(policies, network(), sources, [dead.url]), 'ARTIFACT_UNREACHABLE')
      expect(refused.message).to.include('Debian has no image of it')
      expect(refused.suggestions.join()).to.include('--cni bridge')
    } finally {
      await alive.close()
    }
  })
})
