import {existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {expect} from 'chai'
import {withLock} from '../../../src/artifacts/files/lock.js'
import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import {imagesOf} from '../../../src/artifacts/images/image-store.js'
import {imageRegistry, serveImages} from '../../../src/artifacts/images/served-images.js'
import type {ArchivedImage} from '../../../src/artifacts/images/archived-image.js'
import {referenceOf} from '../../../src/artifacts/images/image-name.js'
import {blobPath, manifestLink, registryDirectory} from '../../../src/registry-layout.js'
import {tarOf, type TarEntry} from '../../../src/tar.js'
import {failure, scratch, sha256} from '../support.js'

type Content = string | Buffer | object

/** Stands for the checksum of an archive. */
const SET = 'archive'

const OCI = 'application/vnd.oci.image'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

interface Manifest {
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

describe('images of archives, in the registry of a cache', () => {
  const directory = scratch()
  const cache = () => join(directory(), 'cache')
  const registry = () => registryDirectory(cache())
  const {signal} = new AbortController()

  const bytes = (content: Content): Buffer =>
    Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const digestOf = (content: Content): string => `sha256:${sha256(bytes(content))}`
  const entry = (name: string, content: Content): TarEntry => ({
    kind: 'file',
    name,
    mode: 0o644,
    content: bytes(content),
  })

  async function read(archive: Buffer, {served = true, name = 'image.tar', architecture = 'amd64' as const} = {}) {
    const path = join(directory(), name)
    if (!existsSync(path) || !readFileSync(path).equals(archive)) writeFileSync(path, archive)
    const kept = served ? registry() : undefined
    const images = await imagesOf(
      {path, sha256: sha256(archive)},
      {architecture, cache: cache(), registry: kept, signal},
    )
    const read = {sha256: SET, images, madeOf: []}
    if (served) await serveImages({url: 'http://cache', directory: cache()}, [read])
    return images
  }

  const blob = (digest: string): Buffer => readFileSync(blobPath(registry(), digest))
  /** Where the registry has it for the one set of archives of these tests. */
  function link(repository: string, reference: string): string {
    const [host = '', ...name] = repository.split('/')
    const {url} = imageRegistry({url: '', directory: ''}, [{sha256: SET, images: [], madeOf: []}])
    return manifestLink(registry(), [host, url.replace('/v2/', ''), ...name].join('/'), reference)
  }
  const tagged = (repository: string, reference: string): string => readFileSync(link(repository, reference), 'utf8')
  const manifestAt = (repository: string, tag: string): Manifest =>
    JSON.parse(blob(tagged(repository, tag)).toString()) as Manifest
  const namesOf = (images: readonly ArchivedImage[]): string[] =>
    images.flatMap(({names}) => names.map(referenceOf)).sort()
  const blobs = (): string[] => readdirSync(join(registry(), '_blobs', 'sha256')).sort()

  /** Everything in it has the digest by which it is called. */
  function isSound(): void {
    for (const name of blobs()) expect(sha256(readFileSync(join(registry(), '_blobs', 'sha256', name)))).to.equal(name)
    expect(readdirSync(join(registry(), '_incoming'))).to.deep.equal([])
  }

  const layer = bytes('a layer, which would be a tar')
  const config = (changes: object = {}) => ({
    architecture: 'amd64',
    os: 'linux',
    rootfs: {type: 'layers', diff_ids: [digestOf(layer)]},
    ...changes,
  })

  describe('as docker save writes them', () => {
    const saved = (tags: readonly string[] | null, layers: readonly [string, Content][], settings: object = config()) =>
      tarOf([
        entry('manifest.json', [
          {Config: `${sha256(bytes(settings))}.json`, RepoTags: tags, Layers: layers.map(([name]) => name)},
        ]),
        entry(`${sha256(bytes(settings))}.json`, settings),
        ...layers.map(([name, content]) => entry(name, content)),
      ])

    it('get a manifest, by tag and by digest under every name', async () => {
      const images = await read(await saved(['khw.local/pause:2', 'busybox'], [['a/layer.tar', layer]]))
      expect(namesOf(images)).to.deep.equal(['docker.io/library/busybox:latest', 'khw.local/pause:2'])
      const digest = tagged('khw.local/pause', '2')
      expect(images.map(image => image.digest)).to.deep.equal([digest])
      for (const repository of ['khw.local/pause', 'docker.io/library/busybox'])
        expect(tagged(repository, digest)).to.equal(digest)
      expect(tagged('docker.io/library/busybox', 'latest')).to.equal(digest)
      expect(manifestAt('khw.local/pause', '2')).to.deep.equal({
        schemaVersion: 2,
        mediaType: `${OCI}.manifest.v1+json`,
        config: {
          mediaType: `${OCI}.config.v1+json`,
          digest: digestOf(config()),
          size: bytes(config()).length,
        },
        layers: [{mediaType: `${OCI}.layer.v1.tar`, digest: digestOf(layer), size: layer.length}],
      })
      expect(JSON.parse(blob(digestOf(config())).toString())).to.deep.equal(config())
      expect(blob(digestOf(layer)).equals(layer)).to.equal(true)
      expect(blobs()).to.have.length(3)
      isSound()
    })

    it('keep compressed layers as they are, and say so', async () => {
      const zipped = gzipSync(layer)
      await read(await saved(['a.example/b:1'], [['layer.tar.gz', zipped]]))
      const [only] = manifestAt('a.example/b', '1').layers
      expect(only).to.deep.equal({mediaType: `${OCI}.layer.v1.tar+gzip`, digest: digestOf(zipped), size: zipped.length})
    })

    it('may have a layer twice, the second time as a link', async () => {
      const settings = config({rootfs: {type: 'layers', diff_ids: [digestOf(layer), digestOf(layer)]}})
      const archive = await tarOf([
        entry('./manifest.json', [
          {Config: 'config.json', RepoTags: ['a.example/b:1'], Layers: ['one/layer.tar', 'two/layer.tar']},
        ]),
        entry('./config.json', settings),
        entry('./one/layer.tar', layer),
        {kind: 'link', name: 'two/layer.tar', target: '../one/layer.tar'},
      ])
      await read(archive)
      const digests = manifestAt('a.example/b', '1').layers.map(({digest}) => digest)
      expect(digests).to.deep.equal([digestOf(layer), digestOf(layer)])
    })

    it('are refused with the reason if they are not whole, or not what they should be', async () => {
      const reasons = async (archive: Promise<Buffer>): Promise<string> =>
        (await failure(read(await archive, {name: 'bad.tar'}), 'ARTIFACT_CHECKSUM')).message
      const missing = saved(['a.example/b:1'], [['layer.tar', layer]])
      const cut = (await missing).subarray(0, 2048)
      expect(await reasons(Promise.resolve(cut)))
        .to.include('bad.tar')
        .and.include('layer.tar of a.example/b:1 is missing')
      expect(await reasons(saved(['a.example/b:1'], [['layer.tar', 'another layer']]))).to.include('not those that its')
      expect(await reasons(saved(['a.example/b:1'], []))).to.include('not those that its configuration names')
      const renamed = tarOf([
        entry('manifest.json', [{Config: `${sha256('x')}.json`, RepoTags: ['a.example/b:1'], Layers: []}]),
        entry(`${sha256('x')}.json`, config()),
      ])
      expect(await reasons(renamed)).to.include('the configuration of a.example/b:1 is not what its name says')
      expect(await reasons(saved(['Not/A Name'], [['layer.tar', layer]]))).to.include('no name of an image')
      expect(await reasons(saved(null, [['layer.tar', layer]]))).to.include('it names no image')
      expect(await reasons(tarOf([entry('something.json', '1')]))).to.include('it names no image')
      expect(await reasons(Promise.resolve(Buffer.alloc(4096, 'no tar')))).to.include('no container image archive')
      expect(existsSync(join(registry(), 'a.example'))).to.equal(false)
      expect(readdirSync(join(registry(), '_incoming'))).to.deep.equal([])
    })
  })

  describe('as an OCI layout has them', () => {
    const manifestOf = (settings: Content, layers: readonly Buffer[] = [layer]) => ({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: {mediaType: `${OCI}.config.v1+json`, digest: digestOf(settings), size: bytes(settings).length},
      layers: layers.map(each => ({mediaType: `${OCI}.layer.v1.tar`, digest: digestOf(each), size: each.length})),
    })
    const blobEntry = (content: Content): TarEntry => entry(`blobs/sha256/${sha256(bytes(content))}`, content)
    const layout = (top: Content, annotations: object, contents: readonly Content[]) =>
      tarOf([
        entry('oci-layout', {imageLayoutVersion: '1.0.0'}),
        entry('index.json', {schemaVersion: 2, manifests: [{digest: digestOf(top), annotations}]}),
        ...[top, ...contents].map(blobEntry),
      ])
    const name = {'io.containerd.image.name': 'registry.k8s.io/pause:3.10'}

    it('are served as they are, by the name in either annotation', async () => {
      const manifest = manifestOf(config())
      const images = await read(await layout(manifest, name, [config(), layer]))
      expect(images.map(({digest}) => digest)).to.deep.equal([digestOf(manifest)])
      expect(blob(tagged('registry.k8s.io/pause', '3.10')).toString()).to.equal(JSON.stringify(manifest))
      isSound()
      const other = {'org.opencontainers.image.ref.name': 'quay.io/a/b:1'}
      expect(namesOf(await read(await layout(manifest, other, [config(), layer])))).to.deep.equal(['quay.io/a/b:1'])
      expect(tagged('quay.io/a/b', '1')).to.equal(digestOf(manifest))
    })

    const arm = config({architecture: 'arm64'})
    const index = {
      schemaVersion: 2,
      mediaType: `${OCI}.index.v1+json`,
      manifests: [
        {digest: digestOf(manifestOf(config())), platform: {os: 'linux', architecture: 'amd64'}},
        {digest: digestOf(manifestOf(arm)), platform: {os: 'linux', architecture: 'arm64', variant: 'v8'}},
      ],
    }

    it('keep an index of several platforms, of which one is there', async () => {
      const images = await read(await layout(index, name, [manifestOf(config()), config(), layer]))
      expect(images.map(({digest}) => digest)).to.deep.equal([digestOf(index)])
      expect(tagged('registry.k8s.io/pause', '3.10')).to.equal(digestOf(index))
      const child = digestOf(manifestOf(config()))
      expect(tagged('registry.k8s.io/pause', child)).to.equal(child)
      expect(existsSync(link('registry.k8s.io/pause', digestOf(manifestOf(arm))))).to.equal(false)
      isSound()
    })

    it('are left out if they are for other machines', async () => {
      expect(await read(await layout(index, name, [manifestOf(arm), arm, layer]))).to.deep.equal([])
      expect(await read(await layout(manifestOf(arm), name, [arm, layer]))).to.deep.equal([])
    })

    it('are refused if a part of them is missing or another', async () => {
      const reason = async (archive: Promise<Buffer>): Promise<string> =>
        (await failure(read(await archive), 'ARTIFACT_CHECKSUM')).message
      expect(await reason(layout(manifestOf(config()), name, [config()]))).to.include('parts of sha256:')
      expect(await reason(layout(index, name, [manifestOf(config()), config()]))).to.include('no image is whole')
      const other = tarOf([
        entry('index.json', {manifests: [{digest: digestOf('a manifest'), annotations: name}]}),
        entry(`blobs/sha256/${sha256('a manifest')}`, manifestOf(config())),
      ])
      expect(await reason(other)).to.include(`the manifest ${digestOf('a manifest')} is missing`)
    })

    it('are taken from docker save’s list where the layout names none', async () => {
      const archive = await tarOf([
        entry('index.json', {manifests: [{digest: digestOf('x'), annotations: {}}]}),
        entry('manifest.json', [{Config: 'c', RepoTags: ['a.example/b:1'], Layers: ['l']}]),
        entry('c', config()),
        entry('l', layer),
      ])
      expect(namesOf(await read(archive))).to.deep.equal(['a.example/b:1'])
    })
  })

  const sample = (tag = 'khw.local/pause:2') =>
    imageArchive({architecture: 'amd64', tags: [tag], command: ['/x'], environment: [], layer: []})

  it('are read without being stored, with the same digests', async () => {
    const archive = await sample()
    const images = await read(archive, {served: false})
    expect(existsSync(registry())).to.equal(false)
    expect((await read(archive)).map(({digest}) => digest)).to.deep.equal(images.map(({digest}) => digest))
    expect(tagged('khw.local/pause', '2')).to.equal(images[0]?.digest)
  })

  it('are not written again, but for what is gone or was cut short', async () => {
    const archive = await sample()
    const [image] = await read(archive)
    const [first = '', second = ''] = image?.blobs ?? []
    const before = statSync(blobPath(registry(), first)).mtimeMs
    await read(archive)
    expect(statSync(blobPath(registry(), first)).mtimeMs).to.equal(before)
    writeFileSync(blobPath(registry(), first), '')
    rmSync(blobPath(registry(), second))
    rmSync(link('khw.local/pause', '2'))
    await read(archive)
    expect(blobs()).to.have.length(3)
    expect(tagged('khw.local/pause', '2')).to.equal(image?.digest)
    isSound()
  })

  it('of one name are the first archive’s, and those of another set its own', async () => {
    const tags = ['khw.local/pause:2']
    const other = (): Promise<Buffer> =>
      imageArchive({architecture: 'amd64', tags, command: ['/y'], environment: [], layer: []})
    const [one, two] = [await read(await sample(), {served: false}), await read(await other(), {served: false})]
    const archives = [one, two].map((images, i) => ({sha256: `${i}`, images, madeOf: []}))
    const server = {url: 'http://cache', directory: cache()}
    const sets = [archives, [...archives].reverse(), archives.slice(1)]
    for (const set of sets) await serveImages(server, set)
    const found = sets.map(set => {
      const name = imageRegistry(server, set).url.replace('http://cache/v2/', '')
      return readFileSync(manifestLink(registry(), `khw.local/${name}/pause`, '2'), 'utf8')
    })
    expect(found).to.deep.equal([one, two, two].map(images => images[0]?.digest))
  })

  it('are whole when several ask at once', async () => {
    const archive = await sample()
    const all = await Promise.all(Array.from({length: 5}, () => read(archive)))
    expect(new Set(all.map(images => images[0]?.digest)).size).to.equal(1)
    isSound()
  })

  it('are not written again by who has waited for another that wrote them', async () => {
    const archive = await sample()
    const [image] = await read(archive)
    const layerFile = blobPath(registry(), image?.blobs[1] ?? '')
    const before = statSync(layerFile).ino
    const records = join(cache(), 'artifacts', 'images')
    const [record = ''] = readdirSync(records).filter(name => name.endsWith('.json'))
    // As if the other were at it still: there is no record yet, and it has the lock.
    renameSync(join(records, record), join(records, 'put-aside'))
    const waited = await withLock(join(records, `${sha256(archive)}.lock`), {signal}, async () => {
      const waiting = read(archive)
      await new Promise(resolve => setTimeout(resolve, 300))
      expect(existsSync(join(records, record))).to.equal(false)
      renameSync(join(records, 'put-aside'), join(records, record))
      return {waiting}
    })
    expect(await waited.waiting).to.deep.equal([image])
    expect(statSync(layerFile).ino).to.equal(before)
  })
})
