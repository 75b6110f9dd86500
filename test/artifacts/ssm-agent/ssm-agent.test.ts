import {createHash} from 'node:crypto'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {ssmAgent} from '../../../src/artifacts/ssm-agent/ssm-agent.js'
import type {Artifact} from '../../../src/artifacts/artifact.js'
import {KhwError} from '../../../src/errors.js'
import {fileServer, type FileServer} from '../file-server.js'
import {sign, testKey} from './openpgp.js'

const SITE = 's3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1'
const DEB = `${SITE}/3.3.4624.0/debian_arm64/amazon-ssm-agent.deb`
const PACKAGE = Buffer.from('!<arch>\nas large as it may be\n'.repeat(5000))

describe('the agent of Systems Manager', () => {
  const key = testKey(1_780_000_000)
  const other = testKey(1_780_000_000)
  let server: FileServer
  let cache: string
  beforeEach(async () => {
    server = await fileServer({
      [`${SITE}/stable/VERSION`]: '3.3.4624.0\n',
      [DEB]: PACKAGE,
      [`${DEB}.sig`]: sign(PACKAGE, key),
    })
    cache = await mkdtemp(join(tmpdir(), 'khw-agent-'))
  })
  afterEach(async () => {
    await server.close()
    await rm(cache, {recursive: true})
  })

  const agent = (): Promise<Artifact> =>
    ssmAgent({
      region: 'eu-central-1',
      architecture: 'arm64',
      cache,
      network: {proxy: {except: []}, signal: new AbortController().signal, retryDelays: []},
      onProgress: () => undefined,
      keys: [key],
      base: server.url,
    })
  const refusal = async (): Promise<KhwError> => {
    const error: unknown = await agent().catch((thrown: unknown) => thrown)
    if (error instanceof KhwError) return error
    throw new Error('it was taken')
  }

  it('is pinned by the checksum of what its signature was verified of, and fetched once', async () => {
    const found = await agent()
    expect(found).to.deep.include({
      name: 'ssm-agent',
      version: '3.3.4624.0',
      origin: `https://${DEB}`,
      sha256: createHash('sha256').update(PACKAGE).digest('hex'),
      install: {kind: 'package', path: '/usr/bin/amazon-ssm-agent'},
    })
    const {length} = server.log
    expect(await agent()).to.deep.equal(found)
    expect(server.log.slice(length)).to.deep.equal([`GET /${SITE}/stable/VERSION`])
  })

  it('is refused if it is not what was signed, also if only the kept file is not', async () => {
    server.files.set(DEB, Buffer.concat([PACKAGE, Buffer.from('and more')]))
    const {code, message} = await refusal()
    expect({code, message}).to.deep.equal({
      code: 'ARTIFACT_CHECKSUM',
      message: `Amazon's agent of Systems Manager is not installed unverified: https://${DEB}: its signature by the key ${key.fingerprint} is of something else.`,
    })
    server.files.set(DEB, PACKAGE)
    await agent()
    const kept = join(cache, 'artifacts', DEB)
    await writeFile(kept, 'something else')
    expect((await refusal()).code).to.equal('ARTIFACT_CHECKSUM')
    await agent()
    expect(await readFile(kept)).to.deep.equal(PACKAGE)
  })

  it('is refused without a signature, or with that of a key that is not known, or is out of its time', async () => {
    server.files.set(`${DEB}.sig`, sign(PACKAGE, other))
    expect((await refusal()).message).to.include(`a key that khw does not know: ${other.fingerprint.slice(-16)}`)
    // Of the other key, but under the name of the known one.
    server.files.set(`${DEB}.sig`, sign(PACKAGE, other, {keyId: key.fingerprint.slice(-16)}))
    expect((await refusal()).message).to.include('is of something else')
    server.files.set(`${DEB}.sig`, sign(PACKAGE, key, {madeAt: key.expires + 1}))
    expect((await refusal()).message).to.include('is good from 2026-05-28 to 2027-05-28')
    server.files.set(`${DEB}.sig`, Buffer.from('not found'))
    const unread = await refusal()
    expect(unread.message).to.include('is no signature that khw can read')
    expect(unread.suggestions.join()).to.include('--image ubuntu-24.04')
    server.files.delete(`${DEB}.sig`)
    expect((await refusal()).code).to.equal('ARTIFACT_MISSING')
    server.files.set(`${SITE}/stable/VERSION`, Buffer.from('<html>'))
    expect((await refusal()).message).to.include('its version is said to be "<html>"')
  })
})
