import {once} from 'node:events'
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {imageArchive} from '../../src/artifacts/images/image-archive.js'
import {homeOf, type Home} from '../../src/cluster/home.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import {emptyRegion} from '../../src/local/state-file.js'
import {Journal} from '../../src/steps/engine/journal.js'
import {recoverCluster, type RecoverReport} from '../../src/steps/recover-cluster.js'
import {fileServer, type FileServer} from '../artifacts/file-server.js'
import {failure, sha256} from '../artifacts/support.js'
import {releaseFiles} from '../artifacts/upstream/release-files.js'
import {CREDENTIALS} from '../local/api/test-region.js'
import {outcomes, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

describe('a cluster of which the journal and its copy are lost', function () {
  this.timeout(30_000)
  let mirror: FileServer
  let spec: ClusterSpec
  let run: RegionRun
  let home: Home
  let directory: string
  const environment = {...process.env}

  beforeEach(async () => {
    mirror = await fileServer()
    await publish(mirror)
    spec = clusterSpec({
      ...sampleSpec({controllers: 1, workers: 1}),
      provider: 'aws',
      artifactSource: 'mirror',
      mirror: `${mirror.url}/`,
    })
    run = await RegionRun.open({spec})
    home = homeOf({
      KHW_HOME: mkdtempSync(join(tmpdir(), 'khw-recover-')),
      KHW_CACHE: mkdtempSync(join(tmpdir(), 'khw-cache-')),
    })
    // The SDK's own ways in, as for a user of AWS.
    process.env['AWS_ENDPOINT_URL'] = run.region.endpoint
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey
    await run.run()
    directory = join(home.clusters, 'sample')
    cpSync(join(run.directory, 'journal'), directory, {recursive: true})
    cpSync(join(run.directory, 'secrets'), join(directory, 'secrets'), {recursive: true})
  })
  afterEach(async () => {
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      if (environment[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = environment[name]
    }
    await run.close()
    await mirror.close()
    for (const path of [home.data, home.cache]) rmSync(path, {recursive: true, force: true})
  })

  const recover = (signal = new AbortController().signal): Promise<RecoverReport> =>
    recoverCluster({
      home,
      name: 'sample',
      provider: 'aws',
      region: 'local-1',
      onNotice: () => undefined,
      onArtifactProgress: () => undefined,
      signal,
    })

  const loseFiles = (): void => {
    for (const file of ['journal.json', 'cluster.json']) rmSync(join(directory, file))
  }

  it('is recovered from the tags of its VPC: it is asked to be what it was, from the same mirror', async () => {
    loseFiles()
    const report = await recover()
    expect(report).to.deep.equal({
      name: 'sample',
      id: run.clusterId,
      provider: 'aws',
      region: 'local-1',
      from: 'tags',
      secrets: true,
    })
    const {artifacts, ...header} = Journal.open(directory).header
    expect(header).to.deep.equal({
      clusterId: run.clusterId,
      spec,
      account: '123456789012',
      operatorCidr: '203.0.113.7/32',
      createdAt: '2026-11-24T08:00:00.000Z',
      expiresAt: null,
    })
    expect(artifacts.source).to.equal('mirror')
    expect(artifacts.versions.kubernetes).to.equal('1.36.2')
    const kubelet = artifacts.artifacts.find(({name}) => name === 'kubelet')
    const path = 'dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet'
    expect(kubelet?.url).to.equal(`${mirror.url}/${path}`)
    expect(kubelet?.sha256).to.equal(sha256(mirror.files.get(path) ?? ''))
  })

  it('is recovered if its whole directory is gone, and says that there are no keys to get in', async () => {
    rmSync(directory, {recursive: true})
    expect(await recover()).to.include({from: 'tags', secrets: false})
    expect(Journal.open(directory).header.spec).to.deep.equal(spec)
    expect((await recover()).from).to.equal('journal')
  })

  it('is adopted whole by the next run, which makes nothing', async () => {
    loseFiles()
    await recover()
    const state = JSON.stringify(run.region.store.state)
    rmSync(join(run.directory, 'journal'), {recursive: true})
    cpSync(directory, join(run.directory, 'journal'), {recursive: true})
    expect(run.journal.steps).to.deep.equal({})
    const events = await run.run()
    expect(events.filter(event => event.type === 'step-failed')).to.deep.equal([])
    expect(outcomes(events)['adopted']).to.be.greaterThan(15)
    expect(JSON.stringify(run.region.store.state)).to.equal(state)
    expect(run.region.fabric.callsOf('startMachine')).to.have.length(2)
  })

  it('is recovered from the tags if both files are garbled; the garbled ones do not come back', async () => {
    for (const file of ['journal.json', 'cluster.json']) writeFileSync(join(directory, file), '{"schema": 1, "hea')
    expect((await recover()).from).to.equal('tags')
    for (const file of ['journal.json', 'cluster.json']) {
      const {header} = JSON.parse(readFileSync(join(directory, file), 'utf8')) as {header: {spec: ClusterSpec}}
      expect(header.spec).to.deep.equal(spec)
    }
  })

  it('has later nodes install the agent of Systems Manager, too, which is fetched where they are', async () => {
    await run.close()
    spec = clusterSpec({...spec, ssm: true})
    run = await RegionRun.open({spec})
    process.env['AWS_ENDPOINT_URL'] = run.region.endpoint
    await run.run()
    const abort = new AbortController()
    const asked: (string | undefined)[] = []
    const proxy = createServer().on('connect', ({url}, socket) => {
      asked.push(url)
      socket.destroy()
      abort.abort()
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    try {
      rmSync(directory, {recursive: true})
      await recover(abort.signal).catch(() => undefined)
      expect(asked).to.deep.equal(['s3.local-1.amazonaws.com:443'])
      expect(existsSync(directory)).to.equal(false)
    } finally {
      proxy.close()
      Reflect.deleteProperty(process.env, 'HTTPS_PROXY')
    }
  })

  it('is not recovered while its mirror lacks what it is made of, and nothing is written', async () => {
    rmSync(directory, {recursive: true})
    mirror.files.clear()
    const error = await failure(recover(), 'ARTIFACT_MISSING')
    expect(error.message).to.include(mirror.url)
    expect(existsSync(directory)).to.equal(false)
    await publish(mirror)
    expect((await recover()).from).to.equal('tags')
  })

  it('is not recovered without its VPC: what is left can only be removed', async () => {
    loseFiles()
    await run.region.store.change(state => {
      Object.assign(state, {...emptyRegion(state), keyPairs: state.keyPairs})
    })
    const error = await failure(recover(), 'CLUSTER_NOT_FOUND')
    expect(error.message).to.include('VPC')
    expect(error.suggestions.join()).to.include('khw destroy sample')
  })
})

async function publish({files}: FileServer): Promise<void> {
  const image = (...tags: string[]): Promise<Buffer> =>
    imageArchive({architecture: 'amd64', tags, command: ['/x'], environment: [], layer: []})
  const content = {
    ...releaseFiles('1.36.2'),
    'images/base.tar': await image('registry.k8s.io/pause:3.10.2', 'registry.k8s.io/e2e-test-images/busybox:1.29-4'),
    'images/dns.tar': await image('registry.k8s.io/coredns/coredns:v1.14.2'),
  }
  for (const [path, data] of Object.entries(content)) files.set(path, data)
  const sums = Object.entries(content).map(([path, data]) => `${sha256(data)}  ${path}\n`)
  files.set('SHA256SUMS', Buffer.from(sums.join('')))
}
