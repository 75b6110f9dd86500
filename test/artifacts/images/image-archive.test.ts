import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {busyboxImage} from '../../../src/artifacts/images/busybox-image.js'
import {tarMembers} from '../../../src/tar.js'
import {scratch, sha256} from '../support.js'

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
    const found = new Map<string, Buffer>()
    for await (const {name, content} of tarMembers(file, signal)) {
      const chunks: Buffer[] = []
      if (names.includes(name)) for await (const chunk of content) chunks.push(chunk)
      if (names.includes(name)) found.set(name, Buffer.concat(chunks))
    }
    return found
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
    expect(manifest?.RepoTags).to.deep.equal(['khw.local/pause:2', 'khw.local/check:2'])
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

  it('ends when it is told to, though it is process 1 of a namespace', async () => {
    const archive = await busyboxImage('amd64', Buffer.from('busybox'), applets)
    const [manifest] = JSON.parse(String((await members(archive, 'manifest.json')).get('manifest.json'))) as Manifest[]
    const name = manifest?.Config ?? ''
    const {config} = JSON.parse(String((await members(archive, name)).get(name))) as {config: {Cmd: string[]}}
    const [shell, option, script = ''] = config.Cmd
    expect([shell, option]).to.deep.equal(['/bin/sh', '-c'])
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      // Once it sleeps: told before, it would leave nothing behind that is to be ended.
      const told = script.replace('& wait', '& echo listening; wait')
      expect(told).to.include('listening')
      const child = spawn('/bin/sh', ['-c', told], {stdio: ['ignore', 'pipe', 'ignore'], detached: true})
      await once(child.stdout, 'data')
      child.kill(signal)
      const [code, by] = (await once(child, 'exit')) as [number | null, string | null]
      // By its own handler, for there is no other for process 1: without one the code would be null.
      expect({code, by}, signal).to.deep.equal({code: 0, by: null})
      // What it slept by.
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    }
  })
})
