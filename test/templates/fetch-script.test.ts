import {createHash} from 'node:crypto'
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {expect} from 'chai'
import type {Artifact, ArtifactSet} from '../../src/artifacts/artifact.js'
import {fetchId, fetchScript} from '../../src/templates/fetch-script.js'
import {sampleCluster} from './sample-cluster.js'
import {sandbox, type Outcome, type Sandbox} from './shell.js'

const PROGRAM = Buffer.from('#!/bin/sh\necho program\n'.repeat(2000))

describe('the fetch script', () => {
  let box: Sandbox
  let server: Server
  let files: Map<string, Buffer>
  let requests: string[]
  let ranges: boolean

  beforeEach(async () => {
    box = await sandbox()
    files = new Map([['/program', PROGRAM]])
    requests = []
    ranges = true
    server = createServer((request, response) => {
      requests.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim())
      const content = files.get(request.url ?? '')
      const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
      response.writeHead(content ? (from > 0 ? 206 : 200) : 404, {
        ...(content && from > 0
          ? {'content-range': `bytes ${String(from)}-${String(content.length - 1)}/${String(content.length)}`}
          : {}),
      })
      response.end(content?.subarray(from))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    // The node's packages and users are not this machine's.
    for (const name of ['haproxy', 'conntrack', 'iptables', 'nft']) await box.standIn(name, 'exit 0')
    await box.standIn('apt-get', 'exit 1')
    await box.standIn('sleep', 'exit 0')
  })

  afterEach(async () => {
    server.close()
    server.closeAllConnections()
    await box.remove()
  })

  const state = (name: string): string => join(box.root, 'state', name)
  const read = (path: string): string => readFileSync(path, 'utf8')
  const url = (name: string): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/${name}`

  function artifact(
    name: string,
    content: Buffer,
    install: Artifact['install'],
    changes: Partial<Artifact> = {},
  ): Artifact {
    const sha256 = createHash('sha256').update(content).digest('hex')
    return {name, version: '1', origin: '', url: url(name), sha256, install, roles: ['worker'], ...changes}
  }

  function setOf(...artifacts: Artifact[]): ArtifactSet {
    return {...sampleCluster('1.36').artifacts, artifacts}
  }

  function fetch(artifacts: ArtifactSet): Promise<Outcome> {
    const script = fetchScript(artifacts, 'worker')
      .replaceAll('/var/lib/khw', join(box.root, 'state'))
      .replace(/^export PATH=.*$/m, '')
    return box.run(script)
  }

  const program = (changes: Partial<Artifact> = {}): Artifact =>
    artifact('program', PROGRAM, {kind: 'binary', path: join(box.root, 'usr/bin/program')}, changes)

  it('installs programs, members of archives, and images, and says so', async () => {
    mkdirSync(join(box.root, 'tree/bin'), {recursive: true})
    writeFileSync(join(box.root, 'tree/bin/one'), 'one')
    execFileSync('tar', ['-czf', join(box.root, 'a.tgz'), '-C', join(box.root, 'tree'), './bin/one'])
    const archive = readFileSync(join(box.root, 'a.tgz'))
    files.set('/archive', archive).set('/image', Buffer.from('an image'))
    const artifacts = setOf(
      program(),
      artifact('archive', archive, {kind: 'tar.gz', members: {'./bin/one': join(box.root, 'opt/one')}}),
      artifact('image', Buffer.from('an image'), {kind: 'image', path: join(box.root, 'images/image.tar')}),
    )
    const outcome = await fetch(artifacts)
    expect(outcome).to.include({exitCode: 0, stderr: ''})
    expect(read(state('fetched')).trim()).to.equal(fetchId(artifacts, 'worker'))
    expect(read(join(box.root, 'opt/one'))).to.equal('one')
    expect(read(join(box.root, 'images/image.tar'))).to.equal('an image')
    expect(statSync(join(box.root, 'usr/bin/program')).mode & 0o777).to.equal(0o755)

    requests = []
    expect((await fetch(artifacts)).exitCode).to.equal(0)
    expect(requests, 'the second run asks for nothing').to.deep.equal([])
  })

  it('hands a package to apt once its checksum is right, and not before', async () => {
    const path = join(box.root, 'usr/bin/agent')
    const agent = artifact('agent', PROGRAM, {kind: 'package', path})
    files.set('/agent', PROGRAM)
    await box.standIn(
      'apt-get',
      `echo "$*" >>${box.root}/apt.log; for file; do :; done; mkdir -p ${box.root}/usr/bin && cp "$file" ${path}`,
    )
    const forged = await fetch(setOf({...agent, sha256: 'a'.repeat(64)}))
    expect(forged.exitCode).to.equal(1)
    expect(existsSync(join(box.root, 'apt.log'))).to.equal(false)
    expect(await fetch(setOf(agent))).to.include({exitCode: 0, stderr: ''})
    expect(read(join(box.root, 'apt.log'))).to.match(/^-q -y -o DPkg::Lock::Timeout=300 install .*\.deb\n$/)
    expect(readFileSync(path).equals(PROGRAM)).to.equal(true)
    expect((await fetch(setOf(agent))).exitCode).to.equal(0)
    expect(read(join(box.root, 'apt.log')).split('\n'), 'once').to.have.length(2)
  })

  it('goes on where a killed run stopped', async () => {
    const {sha256} = program()
    mkdirSync(state('fetch'), {recursive: true})
    writeFileSync(state(`fetch/${sha256}.part`), PROGRAM.subarray(0, 1000))
    expect((await fetch(setOf(program()))).exitCode).to.equal(0)
    expect(requests).to.deep.equal(['/program bytes=1000-'])
    expect(readFileSync(join(box.root, 'usr/bin/program')).equals(PROGRAM)).to.equal(true)
  })

  it('starts anew from a server that cannot resume', async () => {
    ranges = false
    mkdirSync(state('fetch'), {recursive: true})
    writeFileSync(state(`fetch/${program().sha256}.part`), PROGRAM.subarray(0, 1000))
    expect((await fetch(setOf(program()))).exitCode).to.equal(0)
    expect(readFileSync(join(box.root, 'usr/bin/program')).equals(PROGRAM)).to.equal(true)
  })

  it('fetches only what changed', async () => {
    files.set('/other', Buffer.from('other'))
    const other = (content: string): Artifact =>
      artifact('other', Buffer.from(content), {kind: 'binary', path: join(box.root, 'other')})
    await fetch(setOf(program(), other('other')))
    files.set('/other', Buffer.from('newer'))
    requests = []
    expect((await fetch(setOf(program(), other('newer')))).exitCode).to.equal(0)
    expect(requests).to.deep.equal(['/other'])
    expect(read(join(box.root, 'other'))).to.equal('newer')
  })

  it('refuses a file with another checksum and says which', async () => {
    const outcome = await fetch(setOf(program({sha256: 'a'.repeat(64)})))
    expect(outcome.exitCode).to.equal(1)
    expect(read(state('fetch-error'))).to.match(
      /^program could not be fetched from http\S+: it has the checksum [0-9a-f]{64}, not a{64}$/m,
    )
    expect(existsSync(join(box.root, 'usr/bin/program'))).to.equal(false)
    expect(existsSync(state('fetched'))).to.equal(false)
    expect(requests, 'twice, then no more').to.have.length(2)
  })

  it('names every file that is missing, and recovers once they are there', async () => {
    files.clear()
    const outcome = await fetch(
      setOf(program(), artifact('other', Buffer.from('o'), {kind: 'binary', path: join(box.root, 'other')})),
    )
    expect(outcome.exitCode).to.equal(1)
    expect(outcome.stderr)
      .to.match(/program could not be fetched .* 404/)
      .and.match(/other could not be fetched .* 404/)
    files.set('/program', PROGRAM).set('/other', Buffer.from('o'))
    expect((await fetch(setOf(program()))).exitCode).to.equal(0)
    expect(existsSync(state('fetch-error'))).to.equal(false)
  })

  it('names the packages it could not install', async () => {
    const outcome = await fetch(setOf(program())).then(async () => {
      const script = fetchScript(setOf(program({version: '2', name: 'again'})), 'worker')
        .replaceAll('/var/lib/khw', join(box.root, 'state'))
        .replace(/^export PATH=.*$/m, '')
        .replaceAll('haproxy:haproxy', 'no-such-program:its-package')
      return box.run(script)
    })
    expect(outcome.exitCode).to.equal(1)
    expect(outcome.stderr).to.include('The packages its-package could not be installed:')
  })

  // Whichever of the two there is says what the packages are called.
  for (const [family, program, minor, expected] of [
    ['Debian and Ubuntu', 'apt-get', '1.36', 'install --no-install-recommends haproxy conntrack iptables nftables'],
    ['Debian and Ubuntu', 'apt-get', '1.32', 'install --no-install-recommends haproxy conntrack iptables'],
    ['Amazon Linux', 'dnf', '1.36', '-q -y install haproxy conntrack-tools iptables-nft nftables'],
  ] as const) {
    it(`installs what a worker of ${minor} lacks by its name in ${family}, under dash and bash`, async () => {
      for (const shell of ['dash', 'bash']) {
        const script = fetchScript({...sampleCluster(minor).artifacts, artifacts: []}, 'worker')
          .replaceAll('/var/lib/khw', join(box.root, shell))
          .replace(/^export PATH=.*$/m, '')
          .replace(/ (haproxy|conntrack|iptables|nft):/g, ' lacking-$1:')
          .replaceAll('apt-get', program === 'apt-get' ? 'the-apt-get' : 'no-apt-get')
          .replaceAll('dnf ', 'the-dnf ')
        await box.standIn(`the-${program}`, `echo "$*" >>${join(box.root, `${shell}-calls`)}`)
        const path = join(box.root, `${shell}-script`)
        writeFileSync(path, script)
        const outcome = await box.run(`${shell} ${path}`)
        expect(outcome).to.include({exitCode: 0, stderr: ''})
        const calls = read(join(box.root, `${shell}-calls`))
          .trim()
          .split('\n')
        expect(calls).to.have.length(program === 'dnf' ? 1 : 2)
        expect(calls.at(-1)).to.match(new RegExp(`${expected}$`))
      }
    })
  }
})
