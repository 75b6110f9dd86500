import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {resolveUpstream} from '../../../src/artifacts/upstream/upstream.js'
import type {ArtifactRequest} from '../../../src/artifacts/request.js'
import {fileServer, type FileServer} from '../file-server.js'
import {failure, network, scratch, sha256} from '../support.js'
import {MANIFEST_PATH, POLICY_FILES, POLICY_MANIFEST, TEST_RELEASES} from '../policy-release.js'
import {imageManifests, releaseFiles} from './release-files.js'

const KUBELET = 'dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet'
const ETCD = 'github.com/etcd-io/etcd/releases/download/v3.6.14'

describe('upstream artifacts', () => {
  const cache = scratch()
  let server: FileServer
  beforeEach(async () => {
    server = await fileServer({
      ...releaseFiles('1.36.2'),
      ...imageManifests('1.36.2'),
      'dl.k8s.io/release/stable-1.36.txt': 'v1.36.2\n',
    })
  })
  afterEach(() => server.close())

  const request = (overrides: Partial<ArtifactRequest> = {}): ArtifactRequest => ({
    source: 'upstream',
    architecture: 'amd64',
    kubernetesVersion: '1.36.2',
    cache: cache(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...overrides,
  })
  const resolve = (overrides: Partial<ArtifactRequest> = {}) =>
    resolveUpstream(request(overrides), network(), server.url)
  const served = () => ({cacheServer: {url: 'http://169.254.169.253:8080/', directory: cache()}})

  it('fetches checksums only where nodes fetch the files themselves', async () => {
    const set = await resolve()
    expect(server.log.filter(line => !/sha256|SHA256SUMS|manifests/.test(line))).to.be.empty
    const kubelet = set.artifacts.find(artifact => artifact.name === 'kubelet')
    expect(kubelet).to.deep.equal({
      name: 'kubelet',
      version: '1.36.2',
      origin: `https://${KUBELET}`,
      url: `${server.url}/${KUBELET}`,
      sha256: sha256(server.files.get(KUBELET) ?? ''),
      install: {kind: 'binary', path: '/usr/local/bin/kubelet'},
      roles: ['worker'],
    })
    expect(set.versions).to.deep.equal({
      kubernetes: '1.36.2',
      etcd: '3.6.14',
      containerd: '2.3.4',
      runc: '1.4.3',
      cni: '1.9.1',
    })
  })

  it('pins images by the digest of what their registry has', async () => {
    const {images} = await resolve()
    const digest = (path: string) => `sha256:${sha256(server.files.get(path) ?? '')}`
    expect(images).to.deep.equal({
      pause: `registry.k8s.io/pause:3.10.2@${digest('registry.k8s.io/v2/pause/manifests/3.10.2')}`,
      check: `registry.k8s.io/e2e-test-images/busybox:1.36.1-1@${digest('registry.k8s.io/v2/e2e-test-images/busybox/manifests/1.36.1-1')}`,
      coredns: `registry.k8s.io/coredns/coredns:v1.14.2@${digest('registry.k8s.io/v2/coredns/coredns/manifests/v1.14.2')}`,
      'metrics-server': `registry.k8s.io/metrics-server/metrics-server:v0.9.0@${digest('registry.k8s.io/v2/metrics-server/metrics-server/manifests/v0.9.0')}`,
    })
  })

  it('leaves out the image of an add-on that its registry does not have, unless that is asked for', async () => {
    server.files.delete('registry.k8s.io/v2/metrics-server/metrics-server/manifests/v0.9.0')
    expect((await resolve()).images).to.have.all.keys('pause', 'check', 'coredns')
    await failure(resolve({addons: ['metrics-server']}), 'ARTIFACT_MISSING')
  })

  describe('with what enforces network policies', () => {
    const policies = (overrides: Partial<ArtifactRequest> = {}) =>
      resolveUpstream(request({cni: 'kube-network-policies', ...overrides}), network(), server.url, TEST_RELEASES)
    beforeEach(() => {
      for (const [path, content] of Object.entries(POLICY_FILES)) server.files.set(path, content)
    })

    it('has its manifest, verified, and its image by its digest, once its registry has it', async () => {
      const {version, manifest, image} = TEST_RELEASES['kube-network-policies']
      const wanted = {
        manifest: {name: 'kube-network-policies', version, ...manifest, text: POLICY_MANIFEST},
        image,
      }
      expect((await policies()).policyEngine).to.deep.equal(wanted)
      const requests = server.log.length
      expect((await policies()).policyEngine).to.deep.equal(wanted)
      expect(server.log).to.have.length(requests)
      expect(await resolve()).to.not.have.property('policyEngine')
    })

    it('is refused where its manifest is another one', async () => {
      server.files.set(MANIFEST_PATH, Buffer.from(`${POLICY_MANIFEST}# and more`))
      expect((await failure(policies(), 'ARTIFACT_CHECKSUM')).message).to.include(MANIFEST_PATH)
    })

    it('is refused where its registry has not that image', async () => {
      const [, image = ''] = Object.keys(POLICY_FILES)
      server.files.set(image, Buffer.from(JSON.stringify({schemaVersion: 2, other: true})))
      expect((await failure(policies(), 'ARTIFACT_CHECKSUM')).message).to.include('answers with another image')
      server.files.delete(image)
      await failure(policies(), 'ARTIFACT_MISSING')
    })

    it('is refused with a Kubernetes that is too old for it, before anything is asked for', async () => {
      server.log.length = 0
      const error = await failure(policies({kubernetesVersion: '1.26.1'}), 'VERSION_UNSUPPORTED')
      expect(error.message).to.include('needs Kubernetes 1.27 or newer')
      expect(server.log).to.be.empty
    })
  })

  it('refuses a page that is no manifest of an image, and an image that does not exist', async () => {
    server.files.set('registry.k8s.io/v2/pause/manifests/3.10.2', Buffer.from('<html>Sign in'))
    const error = await failure(resolve(), 'ARTIFACT_CHECKSUM')
    expect(error.message).to.include('registry.k8s.io/pause:3.10.2 cannot be pinned')
    server.files.delete('registry.k8s.io/v2/pause/manifests/3.10.2')
    await failure(resolve(), 'ARTIFACT_MISSING')
  })

  it('gives every executable of both roles a path', async () => {
    const set = await resolve()
    const paths = (role: 'controller' | 'worker') =>
      set.artifacts
        .filter(artifact => artifact.roles.includes(role))
        .flatMap(({install}) => (install.kind === 'tar.gz' ? Object.values(install.members) : [install.path]))
        .sort()
    const bin = (...names: string[]) => names.map(name => `/usr/local/bin/${name}`)
    expect(paths('controller')).to.deep.equal(
      bin('etcd', 'etcdctl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'),
    )
    expect(paths('worker')).to.deep.equal([
      ...['bridge', 'host-local', 'loopback', 'portmap'].map(name => `/opt/cni/bin/${name}`),
      ...bin('containerd', 'containerd-shim-runc-v2', 'crictl', 'ctr', 'kube-proxy', 'kubelet', 'runc'),
    ])
  })

  it('fills the cache for the local region and needs no network the second time', async () => {
    const set = await resolve(served())
    for (const artifact of set.artifacts) {
      const path = artifact.origin.replace('https://', '')
      expect(artifact.url).to.equal(`http://169.254.169.253:8080/artifacts/${path}`)
      const content = readFileSync(join(cache(), 'artifacts', path))
      expect(sha256(content)).to.equal(artifact.sha256)
      expect(artifact.bytes).to.equal(content.length)
    }
    const requests = server.log.length
    expect(await resolve(served())).to.deep.equal(set)
    expect(server.log).to.have.length(requests)
  })

  it('resolves a minor to its newest patch release', async () => {
    expect((await resolve({kubernetesVersion: '1.36'})).versions.kubernetes).to.equal('1.36.2')
    expect(server.log).to.include('GET /dl.k8s.io/release/stable-1.36.txt')
  })

  it('refuses a page that is no version', async () => {
    server.files.set('dl.k8s.io/release/stable-1.36.txt', Buffer.from('<html>Sign in'))
    const error = await failure(resolve({kubernetesVersion: '1.36'}), 'ARTIFACT_UNREACHABLE')
    expect(error.message).to.include('<html>Sign in')
  })

  it('refuses a file whose content is not what was published', async () => {
    server.files.set(KUBELET, Buffer.from('tampered'))
    const error = await failure(resolve(served()), 'ARTIFACT_CHECKSUM')
    expect(error.message).to.include(KUBELET)
  })

  it('refuses a release without a checksum for the file', async () => {
    server.files.set(`${ETCD}/SHA256SUMS`, Buffer.from(`${'0'.repeat(64)}  another-file\n`))
    const error = await failure(resolve(), 'ARTIFACT_CHECKSUM')
    expect(error.message).to.include('etcd 3.6.14').and.include('SHA256SUMS')
  })

  it('names a version that was not released', async () => {
    const error = await failure(resolve({kubernetesVersion: '1.36.99'}), 'ARTIFACT_MISSING')
    expect(error.message).to.include('v1.36.99')
  })

  it('does without crictl where it was not published', async () => {
    for (const path of server.files.keys()) if (path.includes('cri-tools')) server.files.delete(path)
    expect((await resolve()).artifacts.map(artifact => artifact.name))
      .to.include('kubelet')
      .and.not.include('crictl')
  })

  it('refuses versions outside the range without a request', async () => {
    await failure(resolve({kubernetesVersion: '1.19'}), 'VERSION_UNSUPPORTED')
    expect(server.log).to.be.empty
  })
})
