import {expect} from 'chai'
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import type {Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {cacheServer} from '../../../src/local/vpc/services/cache-server.js'
import {parseRange} from '../../../src/local/vpc/services/send-file.js'
import {ask as askAt, listening, type Answer, type AskOptions} from './ask.js'

describe('the cache server', () => {
  let top: string
  let server: Server
  let port: number

  const ask = (path: string, options?: AskOptions): Promise<Answer> => askAt(port, path, options)

  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'khw-files-'))
    const root = join(top, 'cache')
    mkdirSync(join(root, 'a b'), {recursive: true})
    writeFileSync(join(root, 'a b', 'file'), '0123456789')
    writeFileSync(join(root, 'empty'), '')
    writeFileSync(join(root, 'large'), Buffer.alloc(3_000_000, 'x'))
    writeFileSync(join(top, 'secret'), 'secret')
    mkdirSync(join(top, 'cache-of-others'))
    writeFileSync(join(top, 'cache-of-others', 'secret'), 'secret')
    symlinkSync('../secret', join(root, 'out'))
    symlinkSync('a b/file', join(root, 'in'))
    server = cacheServer(root)
    port = await listening(server)
  })
  after(() => {
    server.close()
    rmSync(top, {recursive: true})
  })

  it('serves files', async () => {
    const answer = await ask('/a%20b/file?x=1')
    expect(answer).to.include({status: 200, body: '0123456789'})
    expect(answer.headers).to.include({'content-length': '10', 'accept-ranges': 'bytes'})
    expect(await ask('/in')).to.include({status: 200, body: '0123456789'})
    expect(await ask('/empty')).to.include({status: 200, body: ''})
    expect((await ask('/large')).body).to.have.length(3_000_000)
    const head = await ask('/a%20b/file', {method: 'HEAD'})
    expect(head).to.include({status: 200, body: ''})
    expect(head.headers).to.include({'content-length': '10'})
  })

  it('serves nothing else', async () => {
    const paths = ['/', '/a%20b', '/a%20b/', '/none', '/../secret', '/%2e%2e/secret', '/..%2fsecret', '/out']
    for (const path of [...paths, '/../cache-of-others/secret', '/%00', '/%'])
      expect((await ask(path)).status, path).to.equal(404)
    expect((await ask('/in', {method: 'PUT'})).status).to.equal(405)
  })

  it('serves the rest of a file, and only of the same file', async () => {
    const {headers} = await ask('/in')
    const etag = String(headers['etag'])
    const rest = await ask('/in', {headers: {Range: 'bytes=7-', 'If-Range': etag}})
    expect(rest).to.include({status: 206, body: '789'})
    expect(rest.headers).to.include({'content-range': 'bytes 7-9/10', 'content-length': '3'})
    expect(await ask('/in', {headers: {Range: 'bytes=7-', 'If-Range': '"other"'}})).to.include({status: 200})
    const beyond = await ask('/in', {headers: {Range: 'bytes=10-'}})
    expect(beyond.status).to.equal(416)
    expect(beyond.headers).to.include({'content-range': 'bytes */10'})
    expect(await ask('/in', {headers: {'If-None-Match': etag}})).to.include({status: 304, body: ''})
  })

  it('reads ranges as RFC 9110 says', () => {
    expect(parseRange('bytes=0-0', 10)).to.deep.equal({start: 0, end: 0})
    expect(parseRange('bytes=5-99', 10)).to.deep.equal({start: 5, end: 9})
    expect(parseRange('bytes=-3', 10)).to.deep.equal({start: 7, end: 9})
    expect(parseRange('bytes=-99', 10)).to.deep.equal({start: 0, end: 9})
    expect(parseRange('bytes=-0', 10)).to.equal(false)
    expect(parseRange('bytes=5-4', 10)).to.equal(undefined)
    expect(parseRange('bytes=0-1,4-5', 10)).to.equal(undefined)
    expect(parseRange('bytes=-', 10)).to.equal(undefined)
    expect(parseRange(undefined, 10)).to.equal(undefined)
  })
})
