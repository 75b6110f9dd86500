import {existsSync, readFileSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'
import {download, type Sink} from '../../../src/artifacts/net/download.js'
import type {ArtifactProgress} from '../../../src/artifacts/artifact.js'
import {fileServer, type FileServer, type Interceptor} from '../file-server.js'
import {otherChoices} from '../../../src/artifacts/other-choices.js'
import {failure, network, scratch, sha256} from '../support.js'

const CONTENT = Buffer.alloc(300_000, 'khw')

describe('download', () => {
  const directory = scratch()
  let server: FileServer
  let intercept: Interceptor = () => false
  beforeEach(async () => {
    intercept = () => false
    server = await fileServer({kubelet: CONTENT}, (request, response) => intercept(request, response))
  })
  afterEach(() => server.close())

  const destination = () => join(directory(), 'deep', 'kubelet')
  const part = () => join(directory(), 'kubelet.part')
  const file = (overrides: {url?: string; sha256?: string; destination?: string} = {}) => ({
    url: `${server.url}/kubelet`,
    sha256: sha256(CONTENT),
    destination: join(directory(), 'kubelet'),
    item: 'kubelet',
    ...overrides,
  })
  const silently = {network: network(), onProgress: () => undefined}

  it('fetches a file once, tells progress in bytes, and asks no server again', async () => {
    const progress: ArtifactProgress[] = []
    const target = file({destination: destination()})
    const bytes = await download(target, {network: network(), onProgress: p => progress.push(p)})
    expect(bytes).to.equal(CONTENT.length)
    expect(readFileSync(destination()).equals(CONTENT)).to.be.true
    expect(progress.at(-1)).to.deep.equal({
      item: 'kubelet',
      activity: 'downloading',
      done: CONTENT.length,
      total: CONTENT.length,
      unit: 'bytes',
    })
    await download(target, silently)
    expect(server.log).to.have.length(1)
  })

  it('fetches again what was changed on disk since', async () => {
    await download(file(), silently)
    truncateSync(file().destination, 10)
    await download(file(), silently)
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
    expect(server.log).to.have.length(2)
  })

  it('continues a partial file where it ended', async () => {
    writeFileSync(part(), CONTENT.subarray(0, 100_000))
    await download(file(), silently)
    expect(server.log).to.deep.equal(['GET /kubelet bytes=100000-'])
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
    expect(existsSync(part())).to.be.false
  })

  it('takes a partial file that is whole already', async () => {
    writeFileSync(part(), CONTENT)
    await download(file(), silently)
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
  })

  it('starts anew when the server knows no ranges', async () => {
    writeFileSync(part(), 'something else')
    intercept = (_request, response) => {
      response.writeHead(200, {'content-length': CONTENT.length}).end(CONTENT)
      return true
    }
    await download(file(), silently)
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
  })

  it('starts anew when the partial file was of something else', async () => {
    writeFileSync(part(), 'another version of it')
    await download(file(), silently)
    expect(server.log).to.deep.equal(['GET /kubelet bytes=21-', 'GET /kubelet'])
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
  })

  it('refuses wrong content, says both checksums, and keeps nothing of it', async () => {
    const wanted = sha256('what was published')
    const error = await failure(download(file({sha256: wanted}), silently), 'ARTIFACT_CHECKSUM')
    expect(error.message).to.include(`${server.url}/kubelet`).and.include(wanted).and.include(sha256(CONTENT))
    expect(existsSync(part())).to.be.false
    expect(existsSync(file().destination)).to.be.false
  })

  it('continues after the connection broke', async () => {
    let breakIt: (() => void) | undefined
    intercept = (_request, response) => {
      if (breakIt) return false
      breakIt = () => response.destroy()
      response.writeHead(200, {'content-length': CONTENT.length}).write(CONTENT.subarray(0, 50_000))
      return true
    }
    await download(file(), {network: network(), onProgress: () => breakIt?.()})
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
    expect(server.log).to.have.length(2)
    expect(server.log[1]).to.match(/^GET \/kubelet bytes=\d+-$/)
  })

  it('tries again after 503, and gives up after the last pause', async () => {
    let left = 2
    intercept = (_request, response) => {
      if (left-- <= 0) return false
      response.writeHead(503).end()
      return true
    }
    await download(file(), silently)
    expect(server.log).to.have.length(3)
    intercept = (_request, response) => {
      response.writeHead(503).end()
      return true
    }
    const choosing = {...silently, network: network({instead: otherChoices({source: 'upstream'})})}
    const error = await failure(download(file({destination: destination()}), choosing), 'ARTIFACT_UNREACHABLE')
    expect(error.message).to.include('503')
    expect(error.suggestions.join()).to.include('--artifacts mirror').and.include('--artifacts debian')
    expect(server.log).to.have.length(6)
  })

  it('does not try again what does not exist', async () => {
    const error = await failure(download(file({url: `${server.url}/kubectl`}), silently), 'ARTIFACT_MISSING')
    expect(error.message).to.include(`${server.url}/kubectl`)
    expect(server.log).to.have.length(1)
  })

  it('names the server that cannot be reached', async () => {
    const {url} = server
    await server.close()
    const error = await failure(download(file({url: `${url}/kubelet`}), silently), 'ARTIFACT_UNREACHABLE')
    expect(error.message).to.include(new URL(url).host).and.include('ECONNREFUSED')
    server = await fileServer()
  })

  it('says where the disk is full and how much is missing, and keeps what it has', async () => {
    const openSink = async (): Promise<Sink> => ({
      write: async () => {
        throw Object.assign(new Error('no space left on device'), {code: 'ENOSPC'})
      },
      close: async () => undefined,
    })
    const error = await failure(download(file(), {...silently, openSink}), 'DISK_FULL')
    expect(error.message)
      .to.include(directory())
      .and.match(/\d+ MB/)
    expect(server.log).to.have.length(1)
  })

  it('says so before it starts when the file cannot fit', async () => {
    intercept = (_request, response) => {
      response.writeHead(200, {'content-length': Number.MAX_SAFE_INTEGER}).write('x')
      return true
    }
    const error = await failure(download(file(), silently), 'DISK_FULL')
    expect(error.message).to.include(directory())
  })

  it('stops when cancelled, and continues from what it had', async () => {
    const controller = new AbortController()
    const half = CONTENT.length / 2
    intercept = (_request, response) => {
      response.writeHead(200, {'content-length': CONTENT.length}).write(CONTENT.subarray(0, half))
      return true
    }
    const cancelled = download(file(), {
      network: network({signal: controller.signal}),
      onProgress: () => {
        controller.abort(new Error('Ctrl-C'))
      },
    })
    await cancelled.then(
      () => expect.fail('it was cancelled'),
      (error: unknown) => {
        expect(error).to.equal(controller.signal.reason)
      },
    )
    const kept = readFileSync(part())
    expect(kept.length).to.be.greaterThan(0)
    expect(CONTENT.subarray(0, kept.length).equals(kept)).to.be.true
    intercept = () => false
    await download(file(), silently)
    expect(server.log.at(-1)).to.equal(`GET /kubelet bytes=${kept.length}-`)
    expect(readFileSync(file().destination).equals(CONTENT)).to.be.true
  })

  it('fetches once for two that want the same file at once', async () => {
    await Promise.all([download(file(), silently), download(file(), silently)])
    expect(server.log).to.have.length(1)
  })
})
