import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {busyboxImage} from '../../../src/artifacts/images/busybox-image.js'
import {imageTags} from '../../../src/artifacts/images/image-tags.js'
import {readMembers, tarOf} from '../../../src/tar.js'
import {failure, scratch, sha256} from '../support.js'

interface Manifest {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}

describe('image archive', () => {
  const directory = scratch()
  const {signal} = new AbortController()
  const applets = ['wget', 'busybox', 'sh', 'sleep']

  async function members(archive: Buffer, ...names: string[]): Promise<ReadonlyMap<string, Buffer>> {
    const file = join(directory(), 'archive.tar')
    writeFileSync(file, archive)
    return readMembers(file, new Set(names), {limit: 1 << 20, signal})
  }

  it('is the same for the same content, in whatever order applets are listed', async () => {
    const one = await busyboxImage('amd64', Buffer.from('busybox'), applets)
    const two = await busyboxImage('amd64', Buffer.from('busybox'), [...applets].reverse())
    expect(one.equals(two)).to.be.true
    expect(one.equals(await busyboxImage('arm64', Buffer.from('busybox'), applets))).to.be.false
  })

  it('names its configuration and its layer by their digests, as importers check', async () => {
    const archive = await busyboxImage('amd64', Buffer.from('busybox'), applets)
    const first = await members(archive, 'manifest.json', 'layer.tar')
    const [manifest] = JSON.parse(String(first.get('manifest.json'))) as Manifest[]
    expect(manifest?.RepoTags).to.deep.equal(['khw.local/pause:1', 'khw.local/check:1'])
    expect(manifest?.Layers).to.deep.equal(['layer.tar'])
    const name = manifest?.Config ?? ''
    const configuration = (await members(archive, name)).get(name) ?? Buffer.from('')
    expect(name).to.equal(`${sha256(configuration)}.json`)
    expect(JSON.parse(configuration.toString())).to.deep.include({
      architecture: 'amd64',
      os: 'linux',
      rootfs: {type: 'layers', diff_ids: [`sha256:${sha256(first.get('layer.tar') ?? '')}`]},
    })
  })

  it('keeps busybox itself, which busybox also lists as an applet', async () => {
    const archive = await busyboxImage('amd64', Buffer.from('the executable'), applets)
    const layer = (await members(archive, 'layer.tar')).get('layer.tar') ?? Buffer.from('')
    const inside = await members(layer, 'bin/busybox', 'bin/sh')
    expect(String(inside.get('bin/busybox'))).to.equal('the executable')
    expect(inside.has('bin/sh')).to.be.true
    expect(inside.get('bin/sh')).to.have.length(0)
  })

  const tagsOf = async (files: Record<string, unknown>) => {
    const file = join(directory(), 'image.tar')
    const entries = Object.entries(files).map(([name, value]) => ({
      kind: 'file' as const,
      name,
      mode: 0o644,
      content: Buffer.from(JSON.stringify(value)),
    }))
    writeFileSync(file, await tarOf(entries))
    return imageTags(file, signal)
  }

  it('reads tags as docker save writes them', async () => {
    const tags = await tagsOf({
      blob: 1,
      'manifest.json': [{RepoTags: ['a/b:1']}, {RepoTags: null}, {RepoTags: ['c:2']}],
    })
    expect(tags).to.deep.equal(['a/b:1', 'c:2'])
  })

  it('reads names as an OCI layout has them', async () => {
    const manifests = [
      {annotations: {'io.containerd.image.name': 'registry.k8s.io/pause:3.10'}},
      {annotations: {'org.opencontainers.image.ref.name': 'latest'}},
    ]
    expect(await tagsOf({'./index.json': {manifests}})).to.deep.equal(['registry.k8s.io/pause:3.10'])
  })

  it('refuses an archive without names', async () => {
    const error = await failure(tagsOf({'something.json': 1}), 'ARTIFACT_CHECKSUM')
    expect(error.message).to.include('image.tar')
  })
})
