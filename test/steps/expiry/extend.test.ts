import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {resourcesOf, takeInventory} from '../../../src/aws/inventory.js'
import {tagValue} from '../../../src/aws/tags.js'
import {homeOf, type Home} from '../../../src/cluster/home.js'
import {KhwError} from '../../../src/errors.js'
import {SettableFaults} from '../../../src/local/api/faults/fault-source.js'
import {refuseOtherRequest} from '../../../src/steps/request/check-request.js'
import {Journal} from '../../../src/steps/engine/journal.js'
import {extendCluster, type ExtendOptions, type ExtendReport} from '../../../src/steps/extend-cluster.js'
import {findClusters} from '../../../src/steps/clusters/find-clusters.js'
import {CREDENTIALS, reaches} from '../../local/api/test-region.js'
import {ARTIFACTS, RegionRun} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'

const HOUR = 3_600_000
const VARIABLES = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const

describe('extending a cluster', function () {
  this.timeout(30_000)
  let run: RegionRun
  let home: Home
  let faults: SettableFaults
  let said: string[]
  const environment = {...process.env}
  const {signal} = new AbortController()
  const createdAt = new Date(Date.now() - HOUR).toISOString()
  const inAnHour = new Date(Date.parse(createdAt) + 2 * HOUR).toISOString()
  const later = (iso: string, by: number): string => new Date(Date.parse(iso) + by).toISOString()

  /** A cluster of machines that have ended, so that there is none to log in to. */
  before(async () => {
    faults = new SettableFaults()
    run = await RegionRun.open({spec: {...sampleSpec({controllers: 1, workers: 1}), provider: 'aws'}, faults})
    await run.run()
    const {instances} = await inventory()
    const ids = instances.map(({InstanceId}) => InstanceId ?? '')
    await run.region.ec2.terminateInstances({InstanceIds: ids})
    for (const id of ids) await reaches(run.region.ec2, id, 'terminated')
    home = homeOf({KHW_HOME: mkdtempSync(join(tmpdir(), 'khw-extend-'))})
    const values = [run.region.endpoint, CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey]
    VARIABLES.forEach((name, i) => (process.env[name] = values[i]))
  })
  beforeEach(() => {
    record(inAnHour)
    said = []
  })
  after(async () => {
    for (const name of VARIABLES) {
      if (environment[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = environment[name]
    }
    await run.close()
    rmSync(home.data, {recursive: true, force: true})
  })

  const inventory = () => takeInventory(run.clients, run.clusterId, signal)
  const directory = (): string => join(home.clusters, 'sample')
  const record = (expiresAt: string | null): void => {
    const {clusterId, spec} = run
    const operatorCidr = '203.0.113.7/32'
    const header = {clusterId, spec, account: '123456789012', operatorCidr, artifacts: ARTIFACTS, createdAt, expiresAt}
    Journal.create(directory(), header)
  }
  const extend = (by: ExtendOptions['by'], fromNow = false): Promise<ExtendReport> =>
    extendCluster({home, by, fromNow, onNotice: text => said.push(text), signal})
  const failure = async (work: Promise<unknown>): Promise<KhwError> => {
    const error: unknown = await work.catch((reason: unknown) => reason)
    if (error instanceof KhwError) return error
    throw new Error('it did not fail as expected', {cause: error})
  }
  const tags = async (): Promise<(string | undefined)[]> => [
    ...new Set(resourcesOf(await inventory()).map(each => tagValue(each.tags, 'khw:expires-at'))),
  ]

  it('adds to what is left, on everything that carries its tags and on both of its records; the same create is no other', async () => {
    const until = later(inAnHour, 4 * HOUR)
    const report = await extend(4 * HOUR)
    expect(report).to.include({name: 'sample', id: run.clusterId, expiresAt: until})
    expect(report.machines.map(({name, running, told}) => [name, running, told])).to.deep.equal([
      ['controller-1', false, false],
      ['worker-1', false, false],
    ])
    expect(report.tagged)
      .to.equal(resourcesOf(await inventory()).length)
      .and.be.above(8)
    expect(await tags()).to.deep.equal([until])
    expect(Journal.open(directory()).header.expiresAt).to.equal(until)
    rmSync(join(directory(), 'journal.json'))
    expect(Journal.restore(directory()).header.expiresAt).to.equal(until)
    refuseOtherRequest({ttl: 2 * HOUR}, Journal.open(directory()))
    expect(() => {
      refuseOtherRequest({ttl: HOUR}, Journal.open(directory()))
    }).to.throw('exists with --ttl')
  })

  it('begins now if nothing is left, and does not end at all if it is told so', async () => {
    record(createdAt)
    const before = Date.now()
    const {expiresAt} = await extend(HOUR)
    expect(Date.parse(expiresAt ?? '')).to.be.within(before + HOUR, Date.now() + HOUR)
    expect((await extend(null)).expiresAt).to.equal(null)
    expect(await tags()).to.deep.equal(['never'])
    expect((await findClusters(run.clients, signal))[0]?.expiresAt).to.equal(null)
  })

  it('can be counted from now, and never ends anything that was not asked to end', async () => {
    record(null)
    const before = await tags()
    expect((await failure(extend(HOUR))).suggestions.join()).to.include('khw extend sample 4h --from-now')
    expect(await tags()).to.deep.equal(before)
    const {expiresAt} = await extend(HOUR, true)
    expect(Date.parse(expiresAt ?? '')).to.be.closeTo(Date.now() + HOUR, 30_000)
  })

  it('adds no time twice when it was interrupted: the next one finishes it', async () => {
    faults.set({
      calls: [{action: 'CreateTags', how: {code: 'UnauthorizedOperation', status: 403}, nth: 1, when: 'before'}],
    })
    await failure(extend(4 * HOUR))
    expect(Journal.open(directory()).header.expiresAt).to.equal(inAnHour)
    faults.set({})
    const until = later(inAnHour, 4 * HOUR)
    expect((await extend(4 * HOUR)).expiresAt).to.equal(until)
    expect(said.join()).to.include('Finishing what an earlier khw extend has begun')
    expect(await tags()).to.deep.equal([until])
    expect((await extend(undefined)).expiresAt).to.equal(until)
    expect((await extend(HOUR)).expiresAt).to.equal(later(until, HOUR))
  })

  it('counts the later of two expiries while some of the tags have the new one', async () => {
    await extend(HOUR)
    const {vpcs} = await inventory()
    const until = later(inAnHour, 9 * HOUR)
    const Resources = vpcs.map(({VpcId}) => VpcId ?? '')
    await run.region.ec2.createTags({Resources, Tags: [{Key: 'khw:expires-at', Value: until}]})
    expect((await findClusters(run.clients, signal))[0]?.expiresAt).to.equal(until)
  })

  it('is refused while it is being destroyed', async () => {
    Journal.openToWrite(directory()).setIntent('destroy')
    expect((await failure(extend(HOUR))).suggestions).to.deep.equal(['Finish that first: khw destroy sample'])
  })
})
