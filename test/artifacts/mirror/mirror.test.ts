import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {DEFAULT_KUBERNETES_VERSION} from '../../../src/kubernetes/component-versions.js'
import {resolveMirror} from '../../../src/artifacts/mirror/mirror.js'
import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import type {ArtifactSet} from '../../../src/artifacts/artifact.js'
import type {ArtifactRequest} from '../../../src/artifacts/request.js'
import {fileServer, type FileServer} from '../file-server.js'
import {MANIFEST_PATH, POLICY_MANIFEST, TEST_RELEASES} from '../policy-release.js'
import {manifestLink, registryDirectory} from '../../../src/registry-layout.js'
import {failure, network, scratch, sha256} from '../support.js'
import {releaseFiles} from '../upstream/release-files.js'

const BIN = 'dl.k8s.io/release/v1.36.2/bin/linux/amd64'

describe('mirror', () => {
  const directory = scratch()
  const cache = () => join(directory(), 'cache')
  const mirror = () => join(directory(), 'mirror')
  const cacheServer = () => ({url: 'http://169.254.169.253:8080', directory: cache()})

  const image = (...tags: string[]) =>
    imageArchive({architecture: 'amd64', tags, command: ['/x'], environment: [], layer: []})

  async function contents(version = '1.36.2'): Promise<Record<string, Buffer>> {
    return {
      ...releaseFiles(version),
      'images/base.tar': await image('registry.k8s.io/pause:3.10.2', 'registry.k8s.io/e2e-test-images/busybox:1.29-4'),
      'images/dns.tar': await image('registry.k8s.io/coredns/coredns:v1.14.2'),
    }
  }

  function write(files: Record<string, Buffer>): void {
    for (const [path, content] of Object.entries(files)) {
      const target = join(mirror(), path)
      mkdirSync(dirname(target), {recursive: true})
      writeFileSync(target, content)
    }
  }

  /** A reference with the digest of what the registry of the cache has there, in the name space of that set. */
  function served({imageRegistry}: Pick<ArtifactSet, 'imageRegistry'>, reference: string): string {
    const space = imageRegistry?.url.replace(`${cacheServer().url}/v2/`, '') ?? ''
    const [, host = '', name = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) ?? []
    const link = readFileSync(manifestLink(registryDirectory(cache()), `${host}/${space}/${name}`, tag), 'utf8')
    expect(link).to.match(/^sha256:/)
    return `${reference}@${link}`
  }

  const request = (overrides: Partial<ArtifactRequest> = {}): ArtifactRequest => ({
    source: 'mirror',
    mirror: mirror(),
    architecture: 'amd64',
    cache: cache(),
    cacheServer: cacheServer(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...overrides,
  })
  const resolve = (overrides: Partial<ArtifactRequest> = {}) => resolveMirror(request(overrides), network())

  describe('in a directory', () => {
    it('puts every file and image into the cache, and finds images by what is in the archives', async () => {
      write(await contents())
      const set = await resolve()
      expect(set.source).to.equal('mirror')
      expect(set.versions.kubernetes).to.equal('1.36.2')
      expect(set.images).to.deep.equal({
        pause: served(set, 'registry.k8s.io/pause:3.10.2'),
        check: served(set, 'registry.k8s.io/e2e-test-images/busybox:1.29-4'),
        coredns: served(set, 'registry.k8s.io/coredns/coredns:v1.14.2'),
      })
      expect(set.notices).to.be.empty
      for (const artifact of set.artifacts) {
        const file = join(cache(), decodeURIComponent(new URL(artifact.url).pathname))
        expect(sha256(readFileSync(file)), artifact.name).to.equal(artifact.sha256)
      }
      expect(set.artifacts.filter(({install}) => install.kind === 'image')).to.deep.equal([])
    })

    it('has all images of the archives served, also those that only its site knows', async () => {
      const files: Record<string, Buffer> = {
        ...(await contents()),
        'images/shop.tar': await image('shop.example/web:7', 'nginx'),
      }
      write(files)
      const set = await resolve()
      const {imageRegistry} = set
      expect(imageRegistry?.url).to.match(/^http:\/\/169\.254\.169\.253:8080\/v2\/[0-9a-f]{16}$/)
      const madeOf = (path: string): object[] => [{url: join(mirror(), path), sha256: sha256(files[path] ?? '')}]
      expect(imageRegistry?.images).to.deep.equal([
        {reference: served(set, 'registry.k8s.io/pause:3.10.2'), madeOf: madeOf('images/base.tar')},
        {reference: served(set, 'registry.k8s.io/e2e-test-images/busybox:1.29-4'), madeOf: madeOf('images/base.tar')},
        {reference: served(set, 'registry.k8s.io/coredns/coredns:v1.14.2'), madeOf: madeOf('images/dns.tar')},
        {reference: served(set, 'shop.example/web:7'), madeOf: madeOf('images/shop.tar')},
        {reference: served(set, 'docker.io/library/nginx:latest'), madeOf: madeOf('images/shop.tar')},
      ])
    })

    it('says what it would have, without a copy', async () => {
      write(await contents())
      const looked = await resolve({onlyLook: true})
      expect(existsSync(registryDirectory(cache()))).to.equal(false)
      const {images, imageRegistry} = await resolve()
      expect(looked.images).to.deep.equal(images)
      expect(looked.imageRegistry).to.deep.equal(imageRegistry)
    })

    it('takes one SHA256SUMS at the top instead of a checksum beside each file', async () => {
      const files = await contents()
      const kept = Object.entries(files).filter(([path]) => !/\.sha256(sum)?$|SHA256SUMS$/.test(path))
      write(Object.fromEntries(kept))
      await failure(resolve(), 'ARTIFACT_CHECKSUM')
      writeFileSync(
        join(mirror(), 'SHA256SUMS'),
        kept.map(([path, content]) => `${sha256(content)}  ./${path}\n`).join(''),
      )
      const {artifacts} = await resolve()
      expect(artifacts).to.have.length(kept.filter(([path]) => !path.startsWith('images/')).length)
    })

    it('tells all that is missing or wrong at once: the file, the URL it should hold, and what to do', async () => {
      write(await contents())
      rmSync(join(mirror(), BIN, 'kubelet'))
      writeFileSync(join(mirror(), BIN, 'kube-proxy'), 'tampered')
      rmSync(join(mirror(), 'images/base.tar'))
      const error = await failure(resolve(), 'ARTIFACT_MISSING')
      expect(error.message).to.include(
        `${join(mirror(), BIN, 'kubelet')} is missing: it should hold https://${BIN}/kubelet`,
      )
      expect(error.message).to.include(`${join(mirror(), BIN, 'kube-proxy')} has the wrong content`)
      expect(error.message).to.include(sha256('tampered'))
      expect(error.message).to.include('an image named pause').and.include('an image named busybox')
      expect(error.suggestions.join('\n')).to.include('curl -fL')
      expect(existsSync(join(cache(), 'artifacts', 'mirror', sha256('tampered')))).to.be.false
    })

    it('gives the very command for a single file', async () => {
      write(await contents())
      rmSync(join(mirror(), BIN, 'kubectl'))
      const error = await failure(resolve(), 'ARTIFACT_MISSING')
      expect(error.suggestions).to.deep.equal([
        `Where there is internet access: curl -fL --create-dirs -o ${join(mirror(), BIN, 'kubectl')} https://${BIN}/kubectl`,
      ])
    })

    it('notices a file that was changed after an earlier run', async () => {
      write(await contents())
      await resolve()
      writeFileSync(join(mirror(), BIN, 'kubelet'), 'changed since')
      const error = await failure(resolve(), 'ARTIFACT_CHECKSUM')
      expect(error.message).to.include(sha256('changed since'))
    })

    it('uses the versions it has where they may stand in, and says so', async () => {
      const files = Object.entries(await contents()).map(([path, content]) => [
        path.replaceAll('3.6.14', '3.5.30'),
        content,
      ])
      write(Object.fromEntries(files) as Record<string, Buffer>)
      const etcd = join(mirror(), 'github.com/etcd-io/etcd/releases/download/v3.5.30')
      const sums = readFileSync(join(etcd, 'SHA256SUMS'), 'utf8')
      writeFileSync(join(etcd, 'SHA256SUMS'), sums.replaceAll('3.6.14', '3.5.30'))
      const set = await resolve()
      expect(set.versions.etcd).to.equal('3.5.30')
      expect(set.notices).to.deep.equal(['The mirror has etcd 3.5.30, not 3.6.14: 3.5.30 is used.'])
    })

    it('does not take containerd 1 for Kubernetes 1.36', async () => {
      write(await contents())
      const releases = join(mirror(), 'github.com/containerd/containerd/releases/download')
      rmSync(join(releases, 'v2.3.4'), {recursive: true})
      mkdirSync(join(releases, 'v1.7.34'))
      writeFileSync(join(releases, 'v1.7.34/containerd-1.7.34-linux-amd64.tar.gz'), 'x')
      const error = await failure(resolve(), 'ARTIFACT_MISSING')
      expect(error.message).to.include('containerd-2.3.4-linux-amd64.tar.gz is missing')
    })

    it('takes containerd 1 for Kubernetes 1.35, which is served by it as well', async () => {
      write(await contents('1.35.5'))
      const releases = join(mirror(), 'github.com/containerd/containerd/releases/download')
      rmSync(join(releases, 'v2.2.7'), {recursive: true})
      const name = 'containerd-1.7.34-linux-amd64.tar.gz'
      mkdirSync(join(releases, 'v1.7.34'))
      writeFileSync(join(releases, `v1.7.34/${name}`), 'x')
      writeFileSync(join(releases, `v1.7.34/${name}.sha256sum`), `${sha256('x')}  ${name}\n`)
      const set = await resolve({kubernetesVersion: '1.35.5'})
      expect(set.versions.containerd).to.equal('1.7.34')
      expect(set.notices).to.include('The mirror has containerd 1.7.34, not 2.2.7: 1.7.34 is used.')
    })

    it('takes the newest Kubernetes it has if no version was asked for, or a minor', async () => {
      write(await contents('1.28.3'))
      write(releaseFiles('1.28.15'))
      expect((await resolve()).versions.kubernetes).to.equal('1.28.15')
      expect((await resolve({kubernetesVersion: '1.28'})).versions.kubernetes).to.equal('1.28.15')
      const error = await failure(resolve({kubernetesVersion: '1.29'}), 'ARTIFACT_MISSING')
      expect(error.suggestions.join()).to.include('--kubernetes-version 1.28.15')
    })

    it('skips CoreDNS with a notice, and crictl without, where they are missing', async () => {
      write(await contents())
      rmSync(join(mirror(), 'images/dns.tar'))
      rmSync(join(mirror(), 'github.com/kubernetes-sigs'), {recursive: true})
      const set = await resolve()
      expect(set.images).to.not.have.property('coredns')
      expect(set.notices.join()).to.include('CoreDNS is skipped')
      expect(set.artifacts.map(artifact => artifact.name)).to.not.include('crictl')
    })

    it('has what enforces network policies, or says what of it is missing or wrong', async () => {
      const policies = () => resolveMirror(request({cni: 'kube-network-policies'}), network(), TEST_RELEASES)
      write(await contents())
      const missing = await failure(policies(), 'ARTIFACT_MISSING')
      expect(missing.message)
        .to.include(`${join(mirror(), MANIFEST_PATH)} is missing: it should hold https://${MANIFEST_PATH}`)
        .and.include('has an image named kube-network-policies')
      expect(missing.suggestions.join()).to.include('docker save').and.include('--cni bridge')
      // A checksum beside it that fits does not make another manifest the right one.
      const other = Buffer.from(`${POLICY_MANIFEST}# and more`)
      write({
        'images/engine.tar': await image('site.example/kube-network-policies:v9'),
        [MANIFEST_PATH]: other,
        [`${MANIFEST_PATH}.sha256`]: Buffer.from(sha256(other)),
      })
      expect((await failure(policies(), 'ARTIFACT_CHECKSUM')).message).to.include('has the wrong content')
      write({[MANIFEST_PATH]: Buffer.from(POLICY_MANIFEST)})
      const set = await policies()
      const {policyEngine} = set
      expect(policyEngine?.image).to.equal(served(set, 'site.example/kube-network-policies:v9'))
      expect(policyEngine?.manifest.text).to.equal(POLICY_MANIFEST)
    })

    it('refuses an image archive that is none', async () => {
      write({...(await contents()), 'images/broken.tar': Buffer.from('this is no tar archive')})
      const error = await failure(resolve(), 'ARTIFACT_CHECKSUM')
      expect(error.message).to.include('broken.tar')
    })

    it('is refused where nodes cannot read it', async () => {
      write(await contents())
      const error = await failure(resolve({cacheServer: undefined}), 'USAGE')
      expect(error.suggestions.join()).to.include('--mirror http')
    })

    it('must exist, be a directory, and be named', async () => {
      expect((await failure(resolve(), 'ARTIFACT_MISSING')).message).to.include('does not exist')
      const file = fileURLToPath(import.meta.url)
      expect((await failure(resolve({mirror: file}), 'ARTIFACT_MISSING')).message).to.include('no directory')
      await failure(resolve({mirror: undefined}), 'USAGE')
    })
  })

  describe('at a URL', () => {
    let server: FileServer
    beforeEach(async () => {
      server = await fileServer()
    })
    afterEach(() => server.close())

    async function publish(): Promise<void> {
      const files = await contents()
      for (const [path, content] of Object.entries(files)) server.files.set(path, content)
      const sums = Object.entries(files).map(([path, content]) => `${sha256(content)}  ${path}\n`)
      server.files.set('SHA256SUMS', Buffer.from(sums.join('')))
    }

    it('sends nodes to it where they cannot use the cache, and downloads images only, for their names', async () => {
      await publish()
      const set = await resolve({mirror: `${server.url}/`, cacheServer: undefined})
      expect(set.artifacts.find(({name}) => name === 'kubelet')).to.include({
        url: `${server.url}/${BIN}/kubelet`,
        sha256: sha256(server.files.get(`${BIN}/kubelet`) ?? ''),
      })
      expect(set.images.coredns).to.equal('registry.k8s.io/coredns/coredns:v1.14.2')
      expect(set).not.to.have.property('imageRegistry')
      const images = set.artifacts.filter(artifact => artifact.install.kind === 'image')
      expect(images.map(({name, url, install, roles}) => [name, url, install, roles])).to.deep.equal(
        ['base', 'dns'].map(name => [
          `image-${name}`,
          `${server.url}/images/${name}.tar`,
          {kind: 'image', path: `/var/lib/khw/images/${name}.tar`},
          ['worker'],
        ]),
      )
      expect(existsSync(registryDirectory(cache()))).to.equal(false)
      const fetched = server.log.filter(line => line.startsWith('GET') && !/SHA256SUMS/.test(line))
      expect(fetched.sort()).to.deep.equal(['GET /images/base.tar', 'GET /images/dns.tar'])
    })

    it('fills the cache for the local region, once', async () => {
      await publish()
      const set = await resolve({mirror: server.url})
      const kubelet = set.artifacts.find(({name}) => name === 'kubelet')
      expect(kubelet?.url).to.match(/^http:\/\/169\.254\.169\.253:8080\/artifacts\/mirror\/[0-9a-f]{64}\/kubelet$/)
      const gets = server.log.filter(line => line === `GET /${BIN}/kubelet`).length
      await resolve({mirror: server.url})
      expect(server.log.filter(line => line === `GET /${BIN}/kubelet`)).to.have.length(gets)
    })

    it('works without a listing, by the usual names and a checksum beside each file', async () => {
      for (const [path, content] of Object.entries(releaseFiles(DEFAULT_KUBERNETES_VERSION)))
        server.files.set(path, content)
      for (const name of ['pause', 'busybox']) {
        const archive = await image(`registry.k8s.io/${name}:1`)
        server.files.set(`images/${name}.tar`, archive)
        server.files.set(`images/${name}.tar.sha256`, Buffer.from(sha256(archive)))
      }
      const set = await resolve({mirror: server.url})
      expect(set.images).to.deep.equal({
        pause: served(set, 'registry.k8s.io/pause:1'),
        check: served(set, 'registry.k8s.io/busybox:1'),
      })
    })

    it('has what enforces network policies, of the content that khw knows', async () => {
      await publish()
      const archive = await image('registry.k8s.io/networking/kube-network-policies:v9')
      server.files.set('images/engine.tar', archive)
      server.files.set(MANIFEST_PATH, Buffer.from('something else'))
      const sums = `${sha256(archive)}  images/engine.tar\n${String(server.files.get('SHA256SUMS'))}`
      server.files.set('SHA256SUMS', Buffer.from(sums))
      const policies = () =>
        resolveMirror(request({mirror: server.url, cni: 'kube-network-policies'}), network(), TEST_RELEASES)
      expect((await failure(policies(), 'ARTIFACT_CHECKSUM')).message).to.include(MANIFEST_PATH)
      server.files.set(MANIFEST_PATH, Buffer.from(POLICY_MANIFEST))
      const set = await policies()
      const {policyEngine} = set
      expect(policyEngine?.image).to.equal(served(set, 'registry.k8s.io/networking/kube-network-policies:v9'))
    })

    it('refuses what differs from its checksum', async () => {
      await publish()
      server.files.set(`${BIN}/kubelet`, Buffer.from('tampered'))
      const error = await failure(resolve({mirror: server.url}), 'ARTIFACT_CHECKSUM')
      expect(error.message).to.include(`${server.url}/${BIN}/kubelet`)
    })

    it('tells all that is missing at once', async () => {
      await publish()
      server.files.delete(`${BIN}/kubelet`)
      server.files.delete(`${BIN}/kubectl`)
      const error = await failure(resolve({mirror: server.url}), 'ARTIFACT_MISSING')
      expect(error.message).to.include(`${server.url}/${BIN}/kubelet is missing`).and.include('kubectl is missing')
    })
  })
})
