import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, readFile, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {homeOf, type Home} from '../../../src/cluster/home.js'
import {KhwError} from '../../../src/errors.js'
import {findRegion, releaseRegion, startRegion, stopRegion} from '../../../src/local/daemon/client.js'
import {clearFaults, writeFaults} from '../../../src/local/daemon/faults-file.js'
import {findLeftovers} from '../../../src/local/daemon/leftovers.js'
import {resetRegion} from '../../../src/local/daemon/reset.js'
import {isRunning, sendSignal} from '../../../src/process-identity.js'
import {regionNames} from '../../../src/local/host/names.js'
import {removeTree} from '../../../src/local/host/mounts.js'
import {checkHost} from '../../../src/local/host/requirements.js'
import {openLocalRegion, regionEnvironment} from '../../../src/local/provider.js'
import {setUpHost} from '../../../src/local/set-up.js'

const quiet = (): void => undefined

describe('the region of a home', function () {
  this.timeout(300_000)
  let home: Home
  let cleanUp = (): Promise<void> => Promise.resolve()

  before(async function () {
    const {cache} = homeOf()
    const problems = await checkHost({cache, region: tmpdir()})
    if (problems.length > 0) {
      console.log(`    skipped: ${problems.map(({what}) => what).join(' ')}`)
      this.skip()
    }
    const data = await mkdtemp(join(tmpdir(), 'khw-region-'))
    home = {data, cache, clusters: join(data, 'clusters'), region: join(data, 'region')}
    cleanUp = async () => {
      await resetRegion(home, quiet)
      await removeTree(data)
    }
    await setUpHost(home, {assumeYes: true, onProgress: quiet})
  })

  after(async () => {
    await cleanUp()
  })

  it('is started by the first who opens it, and found by the others', async () => {
    const [first, second] = await Promise.all([startRegion(home), startRegion(home)])
    expect(second).to.deep.equal(first)
    const access = await openLocalRegion(home, {assumeYes: false, onProgress: quiet})
    expect(access).to.deep.include({provider: 'local', region: 'local-1', endpoint: first.endpoint})
    expect(access.cacheServer?.directory).to.equal(home.cache)
    expect(access.operatorCidr).to.match(/^198\.1[89]\.\d+\.0\/24$/)
  })

  it('refuses callers without its credentials', async () => {
    const endpoint = (await findRegion(home))?.endpoint ?? ''
    const body = 'Action=DescribeVpcs&Version=2016-11-15'
    const headers = {'content-type': 'application/x-www-form-urlencoded'}
    const answer = await fetch(endpoint, {method: 'POST', body, headers})
    expect(answer.ok).to.equal(false)
  })

  it('starts again with the same credentials, also after it was killed', async () => {
    const credentials = await readFile(join(home.region, 'credentials.json'), 'utf8')
    const before = await startRegion(home)
    sendSignal(before.process.pid, 'SIGKILL')
    while (isRunning(before.process)) await new Promise(resolve => setImmediate(resolve))
    const after = await startRegion(home)
    expect(after.process.pid).not.to.equal(before.process.pid)
    expect(await readFile(join(home.region, 'credentials.json'), 'utf8')).to.equal(credentials)
    expect(await stopRegion(home)).to.equal(true)
    expect(await findRegion(home)).to.equal(undefined)
    expect(await stopRegion(home)).to.equal(false)
  })

  it('tells the end of its log when it cannot start', async () => {
    const state = join(home.region, 'state.json')
    const content = await readFile(state, 'utf8')
    await writeFile(state, 'garbage')
    const error: unknown = await startRegion(home).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(KhwError).with.property('code', 'LOCAL_DAEMON_FAILED')
    expect(error).to.have.property('message').that.contains('it is not JSON')
    await writeFile(state, content)
  })

  it('does what is set to go wrong, until it is cleared; an empty region takes it along', async () => {
    const {endpoint, region, ...credentials} = await regionEnvironment(home, {assumeYes: false, onProgress: quiet})
    const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 1})
    const answer = () =>
      ec2.describeVpcs({}).then(
        () => 'no error',
        (error: unknown) => (error instanceof Error ? error.name : error),
      )
    await writeFaults(home, {throttle: {always: true}})
    expect(await answer()).to.equal('RequestLimitExceeded')
    await clearFaults(home)
    expect(await answer()).to.equal('no error')
    await writeFaults(home, {throttle: {always: true}})
    expect(await answer()).to.equal('RequestLimitExceeded')
    ec2.destroy()
    await releaseRegion(home)
    expect(existsSync(home.region)).to.equal(false)
  })

  it('leaves nothing when it is reset, and sees what somebody else left', async () => {
    await startRegion(home)
    const stray = join(home.region, 'machines', 'i-stray')
    await mkdir(stray, {recursive: true})
    const names = regionNames(home.region)
    const report = await resetRegion(home, quiet)
    expect(report.removed.map(({type}) => type)).to.include.members(['process', 'file'])
    expect(report.remaining).to.deep.equal([])
    expect(existsSync(home.region)).to.equal(false)
    expect(await findLeftovers(names, home.region)).to.deep.equal([])
    expect(await resetRegion(home, quiet)).to.deep.equal({removed: [], remaining: []})
  })
})
