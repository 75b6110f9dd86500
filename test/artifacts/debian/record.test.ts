import {appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from 'chai'
import {resolveDebian} from '../../../src/artifacts/debian/debian.js'
import {RECIPE} from '../../../src/artifacts/debian/make-set.js'
import {readCachedSet, writeCachedSet, type CachedSet} from '../../../src/artifacts/debian/record.js'
import {BUSYBOX_IMAGES, busyboxImage} from '../../../src/artifacts/images/busybox-image.js'
import type {ArtifactRequest} from '../../../src/artifacts/request.js'
import {manifestLink, registryDirectory} from '../../../src/registry-layout.js'
import {failure, network, scratch, sha256} from '../support.js'

describe('Debian set in the cache', () => {
  const directory = scratch()
  const server = () => ({url: 'http://cache', directory: directory()})
  const set: CachedSet = {
    recipe: 7,
    versions: {kubernetes: '1.20.2', etcd: '3.4.23', containerd: '1.6.20', runc: '1.1.5', cni: '1.1.1'},
    images: {pause: 'khw.local/pause:2', check: 'khw.local/check:2'},
    image: {
      file: 'busybox-1.35.0/image-2.tar',
      sha256: '',
      madeOf: [{url: 'http://deb/busybox.deb', sha256: sha256('deb')}],
    },
    artifacts: [
      {
        name: 'etcd',
        version: '3.4.23',
        origin: 'Debian 12: etcd-server 3.4.23-4',
        file: 'etcd-3.4.23/etcd',
        sha256: sha256('etcd'),
        install: {kind: 'binary', path: '/usr/local/bin/etcd'},
        roles: ['controller'],
      },
    ],
  }
  const etcd = () => join(directory(), 'set', 'etcd-3.4.23', 'etcd')
  const image = () => join(directory(), 'set', 'busybox-1.35.0', 'image-2.tar')
  beforeEach(async () => {
    for (const file of [etcd(), image()]) mkdirSync(dirname(file), {recursive: true})
    writeFileSync(etcd(), 'etcd')
    writeFileSync(image(), 'an archive')
    await writeCachedSet(join(directory(), 'set'), {...set, image: {...set.image, sha256: sha256('an archive')}})
  })
  const read = (recipe = 7) => readCachedSet(join(directory(), 'set'), recipe, server())

  it('is served from the cache', async () => {
    expect((await read())?.artifacts).to.deep.equal([
      {
        name: 'etcd',
        version: '3.4.23',
        origin: 'Debian 12: etcd-server 3.4.23-4',
        url: 'http://cache/set/etcd-3.4.23/etcd',
        sha256: sha256('etcd'),
        bytes: 4,
        install: {kind: 'binary', path: '/usr/local/bin/etcd'},
        roles: ['controller'],
      },
    ])
  })

  it('counts as absent when the recipe is another', async () => {
    expect(await read(8)).to.be.undefined
    expect(await read()).not.to.be.undefined
  })

  for (const [what, file] of [
    ['a file', etcd],
    ['the images', image],
  ] as const)
    it(`counts as absent when ${what} changed or is gone`, async () => {
      appendFileSync(file(), 'x')
      expect(await read()).to.be.undefined
      rmSync(file())
      expect(await read()).to.be.undefined
    })

  const request = (overrides: Partial<ArtifactRequest>): ArtifactRequest => ({
    source: 'debian',
    architecture: 'amd64',
    cache: directory(),
    cacheServer: server(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...overrides,
  })

  it('has its images in the region, pinned, and no archive for nodes to import', async () => {
    const architecture = process.arch === 'x64' ? 'amd64' : 'arm64'
    const made = join(directory(), 'artifacts', 'debian', architecture)
    const archive = await busyboxImage(architecture, Buffer.from('busybox'), ['sh'])
    mkdirSync(join(made, 'busybox-1.35.0'), {recursive: true})
    writeFileSync(join(made, set.image.file), archive)
    await writeCachedSet(made, {
      ...set,
      recipe: RECIPE,
      images: BUSYBOX_IMAGES,
      image: {...set.image, sha256: sha256(archive)},
      artifacts: [],
    })
    const looked = await resolveDebian(request({architecture, onlyLook: true}), network())
    const registry = registryDirectory(directory())
    expect(existsSync(registry)).to.equal(false)

    const {images, imageRegistry, artifacts} = await resolveDebian(request({architecture}), network())
    expect({images, imageRegistry, artifacts}).to.deep.equal({
      images: looked.images,
      imageRegistry: looked.imageRegistry,
      artifacts: [],
    })
    const space = imageRegistry?.url.replace('http://cache/v2/', '') ?? ''
    const digest = readFileSync(manifestLink(registry, `khw.local/${space}/pause`, '2'), 'utf8')
    expect(images).to.deep.equal({pause: `khw.local/pause:2@${digest}`, check: `khw.local/check:2@${digest}`})
    expect(imageRegistry).to.deep.equal({
      url: `http://cache/v2/${space}`,
      images: Object.values(images).map(reference => ({reference, madeOf: set.image.madeOf})),
    })
  })

  it('is refused for other versions and for machines elsewhere, before anything is fetched', async () => {
    const version = await failure(
      resolveDebian(request({kubernetesVersion: '1.36.2'}), network()),
      'VERSION_UNSUPPORTED',
    )
    expect(version.message).to.include('1.20.2 only')
    await failure(resolveDebian(request({cacheServer: undefined}), network()), 'USAGE')
    const foreign = process.arch === 'x64' ? 'arm64' : 'amd64'
    const architecture = await failure(resolveDebian(request({architecture: foreign}), network()), 'USAGE')
    expect(architecture.message).to.include(foreign)
  })
})
