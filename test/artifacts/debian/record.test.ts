import {appendFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {resolveDebian} from '../../../src/artifacts/debian/debian.js'
import {readCachedSet, writeCachedSet, type CachedSet} from '../../../src/artifacts/debian/record.js'
import type {ArtifactRequest} from '../../../src/artifacts/request.js'
import {failure, network, scratch, sha256} from '../support.js'

describe('Debian set in the cache', () => {
  const directory = scratch()
  const server = () => ({url: 'http://cache', directory: directory()})
  const set: CachedSet = {
    recipe: 7,
    versions: {kubernetes: '1.20.2', etcd: '3.4.23', containerd: '1.6.20', runc: '1.1.5', cni: '1.1.1'},
    images: {pause: 'khw.local/pause:1', check: 'khw.local/check:1'},
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
  beforeEach(async () => {
    mkdirSync(join(directory(), 'set', 'etcd-3.4.23'), {recursive: true})
    writeFileSync(etcd(), 'etcd')
    await writeCachedSet(join(directory(), 'set'), set)
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

  it('counts as absent when a file changed or is gone, or the recipe is another', async () => {
    expect(await read(8)).to.be.undefined
    appendFileSync(etcd(), 'x')
    expect(await read()).to.be.undefined
    rmSync(etcd())
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
