import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {announce, runningDaemon, withdraw} from '../../../src/local/daemon/announcement.js'
import {ensureCredentials, readCredentials} from '../../../src/local/daemon/credentials.js'
import {IdleClock} from '../../../src/local/daemon/idle.js'
import {loadBalancerStatus, unknownNames} from '../../../src/local/daemon/load-balancer-status.js'
import {regionFiles, type RegionFiles} from '../../../src/local/daemon/region-files.js'
import {statusText} from '../../../src/local/daemon/status-text.js'
import type {LoadBalancer} from '../../../src/local/elb-model.js'
import {identify} from '../../../src/process-identity.js'
import {everyTenth} from '../../../src/local/set-up.js'
import {sampleInstance} from '../machines/sample-instance.js'

describe("the daemon's files", () => {
  let files: RegionFiles
  beforeEach(async () => {
    files = regionFiles(await mkdtemp(join(tmpdir(), 'khw-daemon-')))
  })
  afterEach(() => rm(files.directory, {recursive: true}))

  it('say where a daemon listens as long as it runs', async () => {
    const self = identify(process.pid)
    if (!self) throw new Error('this process is not in /proc')
    const announcement = {
      process: self,
      endpoint: 'http://127.0.0.1:1',
      region: 'local-1',
      imageId: 'ami-1',
      operatorCidr: '198.18.3.0/24',
      cacheDirectory: '/cache',
    }
    expect(await runningDaemon(files)).to.equal(undefined)
    await announce(files, announcement)
    expect(await runningDaemon(files)).to.deep.equal(announcement)
    await announce(files, {...announcement, process: {...self, startTime: '1'}})
    expect(await runningDaemon(files), 'another process with the same number').to.equal(undefined)
    await writeFile(files.announcement, '{"process":{"pid":1')
    expect(await runningDaemon(files)).to.equal(undefined)
    await withdraw(files)
    await withdraw(files)
  })

  it("keep the region's credentials, in AWS's own form, from everybody else", async () => {
    expect(await readCredentials(files)).to.equal(undefined)
    const credentials = await ensureCredentials(files)
    expect(credentials.accessKeyId).to.match(/^AKIA[A-Z2-7]{16}$/)
    expect(credentials.secretAccessKey).to.match(/^[A-Za-z0-9+/]{40}$/)
    expect(await ensureCredentials(files)).to.deep.equal(credentials)
    expect((await stat(files.credentials)).mode & 0o777).to.equal(0o600)
  })
})

describe('names of load balancers', () => {
  it('are known to the host, or that is a problem', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'khw-names-'))
    const paths = {state: join(directory, 'state.json'), hosts: join(directory, 'hosts')}
    const loadBalancers = {arn: {loadBalancerName: 'web', dnsName: 'web-1.elb', state: 'active'}}
    await writeFile(paths.state, JSON.stringify({loadBalancers}))
    const [unknown] = await loadBalancerStatus(paths, paths.hosts)
    expect(unknown).to.deep.equal({name: 'web', dnsName: 'web-1.elb', state: 'active', isKnown: false})
    expect(unknownNames(unknown ? [unknown] : [])[0]?.what).to.contain('does not resolve web-1.elb')
    await writeFile(paths.hosts, '198.18.0.5 web-1.elb # khw00001\n')
    const known = await loadBalancerStatus(paths, paths.hosts)
    expect([known[0]?.isKnown, unknownNames(known)]).to.deep.equal([true, []])
    await rm(directory, {recursive: true})
    expect(await loadBalancerStatus(paths, paths.hosts), 'without a region').to.deep.equal([])
  })
})

describe('an idle region', () => {
  it('ends soon after it was emptied, later if it was never used, and not while somebody calls', () => {
    const {state, instance} = sampleInstance('i-1', '')
    const empty = {...state, vpcs: {}, instances: {}}
    const clock = new IdleClock({afterUse: 5, unused: 30}, 0)
    expect(clock.isOver(empty, 29)).to.equal(false)
    expect(clock.isOver(empty, 30)).to.equal(true)
    clock.called(30)
    expect(clock.isOver(empty, 59)).to.equal(false)
    expect(clock.isOver(state, 60)).to.equal(false)
    expect(clock.isOver(state, 1000), 'with a VPC in it').to.equal(false)
    const balancer = {loadBalancers: {arn: {} as LoadBalancer}}
    expect(clock.isOver({...empty, ...balancer}, 2000), 'with a load balancer').to.equal(false)
    const terminated = {...instance, state: 'terminated' as const}
    expect(clock.isOver({...state, vpcs: {}}, 2000), 'with an instance').to.equal(false)
    const over = {...empty, instances: {'i-1': terminated}}
    expect(clock.isOver(over, 2004)).to.equal(false)
    expect(clock.isOver(over, 2005)).to.equal(true)
  })
})

describe('what people read', () => {
  it('of a long build is a line for every tenth', () => {
    const lines: string[] = []
    const tell = everyTenth(text => lines.push(text))
    tell('starting', 0)
    for (const done of [0.01, 0.09, 0.11, 0.12, 0.31]) tell('unpacking x', done)
    tell('waiting')
    expect(lines).to.deep.equal(['starting', 'unpacking x (10 %)', 'unpacking x (30 %)', 'waiting'])
  })

  it('of a status is what runs and what is missing, with its fix', () => {
    const text = statusText({
      running: false,
      endpoint: null,
      pid: null,
      prefix: null,
      directory: '/home/me/khw/region',
      image: null,
      machines: [
        {instanceId: 'i-1', running: true},
        {instanceId: 'i-2', running: false},
      ],
      loadBalancers: [{name: 'web', dnsName: 'web-1.elb', state: 'active', isKnown: true}],
      problems: [{kind: 'host', what: 'There is no kernel.', fix: 'Get one', packages: []}],
    })
    expect(text).to.contain('not running')
    expect(text).to.contain('2, of which 1 run')
    expect(text).to.contain('Balancers web-1.elb (active)')
    expect(text).to.contain('khw local setup')
    expect(text).to.match(/ {2}There is no kernel\.\n {4}Get one$/)
  })
})
