import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import type {Server} from 'node:http'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect} from 'chai'
import {cacheServer} from '../../../src/local/vpc/services/cache-server.js'
import {blobPath, manifestLink, registryDirectory} from '../../../src/registry-layout.js'
import {ask as askAt, listening, type Answer, type AskOptions} from './ask.js'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

describe("the region's registry", () => {
  let top: string
  let server: Server
  let port: number
  const layer = Buffer.alloc(2_500_000, 'layer')
  const manifest = JSON.stringify({schemaVersion: 2, mediaType: MANIFEST, config: {}, layers: []})
  /** As the specification allows: it does not say what it is. */
  const index = JSON.stringify({schemaVersion: 2, manifests: []})

  const digestOf = (content: string | Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

  const ask = (path: string, options?: AskOptions): Promise<Answer> => askAt(port, path, options)
  const codeOf = (body: string): string | undefined =>
    (JSON.parse(body) as {errors: {code: string; message: string}[]}).errors[0]?.code

  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'khw-registry-'))
    const registry = registryDirectory(join(top, 'cache'))
    const write = (path: string, content: string | Buffer): void => {
      mkdirSync(dirname(path), {recursive: true})
      writeFileSync(path, content)
    }
    for (const content of [layer, manifest, index]) write(blobPath(registry, digestOf(content)), content)
    write(manifestLink(registry, 'registry.k8s.io/pause', '3.10'), digestOf(manifest))
    write(manifestLink(registry, 'registry.k8s.io/pause', digestOf(manifest)), digestOf(manifest))
    write(manifestLink(registry, 'registry.k8s.io/space/pause', '1'), digestOf(manifest))
    write(manifestLink(registry, 'localhost:5000/shop/web', 'v1'), digestOf(index))
    write(manifestLink(registry, 'registry.k8s.io/broken', 'gone'), digestOf('gone'))
    write(manifestLink(registry, 'registry.k8s.io/broken', 'layer'), digestOf(layer))
    writeFileSync(join(top, 'secret'), digestOf(manifest))
    writeFileSync(join(top, 'cache', 'file'), 'a file')
    server = cacheServer(join(top, 'cache'))
    port = await listening(server)
  })
  after(() => {
    server.close()
    rmSync(top, {recursive: true})
  })

  it('says that it is one, beside the files', async () => {
    for (const path of ['/v2/', '/v2', '/v2/?ns=registry.k8s.io']) {
      const answer = await ask(path)
      expect(answer).to.include({status: 200, body: '{}'})
      expect(answer.headers).to.include({'docker-distribution-api-version': 'registry/2.0'})
    }
    expect(await ask('/file')).to.include({status: 200, body: 'a file'})
  })

  it('has manifests by tag and by digest, for whichever registry it stands in', async () => {
    const headers = {'content-type': MANIFEST, 'docker-content-digest': digestOf(manifest)}
    for (const reference of ['3.10', digestOf(manifest), digestOf(manifest).replace(':', '%3A')]) {
      const answer = await ask(`/v2/pause/manifests/${reference}?ns=registry.k8s.io`)
      expect(answer).to.include({status: 200, body: manifest})
      expect(answer.headers).to.include({...headers, 'content-length': String(manifest.length)})
    }
    const head = await ask('/v2/pause/manifests/3.10?ns=registry.k8s.io', {method: 'HEAD'})
    expect(head).to.include({status: 200, body: ''})
    expect(head.headers).to.include({...headers, 'content-length': String(manifest.length)})
    expect(await ask('/v2/registry.k8s.io/pause/manifests/3.10')).to.include({status: 200, body: manifest})
    // As containerd asks it where the mirror has a path of its own (`override_path`).
    expect(await ask('/v2/space/pause/manifests/1?ns=registry.k8s.io')).to.include({status: 200, body: manifest})
    const other = await ask('/v2/shop/web/manifests/v1?ns=localhost%3A5000')
    expect(other).to.include({status: 200, body: index})
    expect(other.headers).to.include({'content-type': INDEX})
  })

  it('has blobs, or a part of one', async () => {
    const path = `/v2/pause/blobs/${digestOf(layer)}?ns=registry.k8s.io`
    const {status, headers, body} = await ask(path)
    expect(status).to.equal(200)
    expect(digestOf(Buffer.from(body, 'latin1'))).to.equal(digestOf(layer))
    expect(headers).to.include({
      'content-type': 'application/octet-stream',
      'docker-content-digest': digestOf(layer),
      'content-length': String(layer.length),
    })
    expect(await ask(path, {method: 'HEAD'})).to.include({status: 200, body: ''})
    expect(await ask(path, {headers: {Range: 'bytes=0-4'}})).to.include({status: 206, body: 'layer'})
  })

  it('says what it does not have as the specification wants it', async () => {
    const unknown = [
      '/v2/pause/manifests/3.9?ns=registry.k8s.io',
      '/v2/pause/manifests/3.10?ns=quay.io',
      '/v2/pause/manifests/3.10',
      `/v2/pause/manifests/${digestOf(layer)}?ns=registry.k8s.io`,
      '/v2/pause/manifests/..?ns=registry.k8s.io',
      '/v2/broken/manifests/gone?ns=registry.k8s.io',
      '/v2/broken/manifests/layer?ns=registry.k8s.io',
    ]
    for (const path of unknown) {
      const {status, headers, body} = await ask(path)
      expect([status, headers['content-type'], codeOf(body)], path).to.deep.equal([
        ...[404, 'application/json', 'MANIFEST_UNKNOWN'],
      ])
    }
    const blob = await ask(`/v2/pause/blobs/${digestOf('none')}`)
    expect([blob.status, codeOf(blob.body)]).to.deep.equal([404, 'BLOB_UNKNOWN'])
    const digest = await ask('/v2/pause/blobs/sha256:xyz')
    expect([digest.status, codeOf(digest.body)]).to.deep.equal([400, 'DIGEST_INVALID'])
    const push = await ask('/v2/pause/blobs/uploads/', {method: 'POST'})
    expect([push.status, push.headers['allow'], codeOf(push.body)]).to.deep.equal([405, 'GET, HEAD', 'UNSUPPORTED'])
  })

  it('takes no name for a path', async () => {
    const names = ['../cache', '%2e%2e/%2e%2e', '..%2f..', 'Pause', '_blobs', 'pause/_manifests', 'a//b', '/etc', '%00']
    const paths = [
      ...names.map(name => `/v2/${name}/manifests/3.10?ns=registry.k8s.io`),
      ...['..', '../..', '%2e%2e', '/etc', 'a/b', '_blobs', ''].map(host => `/v2/pause/manifests/3.10?ns=${host}`),
      ...['/v2/%', '/v2/pause', '/v2/pause/tags/list', '/v2/pause/manifests/', '/v2/manifests/3.10'],
    ]
    for (const path of paths) {
      const {status, body} = await ask(path)
      expect([status, codeOf(body)], path).to.deep.equal([400, 'NAME_INVALID'])
    }
    for (const path of [`/v2/pause/blobs/..%2f..%2f..%2fsecret`, '/v2/pause/blobs/sha256%3A..%2F..%2Fsecret'])
      expect((await ask(path)).status, path).to.equal(400)
    expect((await ask('/v2/pause/manifests/..%2f..%2f..%2f..%2f..%2fsecret')).status).to.equal(400)
  })
})
