import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {homeOf, type Home} from '../../src/cluster/home.js'
import {KhwError} from '../../src/errors.js'
import {destroyCluster, type DestroyOptions} from '../../src/steps/destroy-cluster.js'
import {Journal} from '../../src/steps/engine/journal.js'
import {findClusters} from '../../src/steps/clusters/find-clusters.js'
import {recoverCluster} from '../../src/steps/recover-cluster.js'
import {findExpired, sweepClusters} from '../../src/steps/sweep-clusters.js'
import {CREDENTIALS} from '../local/api/test-region.js'
import {RegionRun} from './region-run.js'

describe('a cluster of which only its tags are known', function () {
  this.timeout(30_000)
  let run: RegionRun
  let home: Home
  const environment = {...process.env}
  const {signal} = new AbortController()
  const where = {provider: 'aws', region: 'local-1'} as const

  beforeEach(async () => {
    run = await RegionRun.open()
    home = homeOf({KHW_HOME: mkdtempSync(join(tmpdir(), 'khw-tags-'))})
    // The SDK's own ways in, as for a user of AWS.
    process.env['AWS_ENDPOINT_URL'] = run.region.endpoint
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey
  })
  afterEach(async () => {
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      if (environment[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = environment[name]
    }
    await run.close()
    rmSync(home.data, {recursive: true, force: true})
  })

  const destroy = (options: Partial<DestroyOptions>, notices: string[] = []) =>
    destroyCluster({home, onEvent: () => undefined, onNotice: text => notices.push(text), signal, ...options})

  const failure = async (work: Promise<unknown>): Promise<KhwError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error instanceof KhwError) return error
    throw new Error('it did not fail as expected', {cause: error})
  }

  it('is found with what it was asked to be', async () => {
    await run.run()
    const [cluster, ...others] = await findClusters(run.clients, signal)
    expect(others).to.deep.equal([])
    expect(cluster).to.include({clusterId: run.clusterId, name: 'sample', expiresAt: null})
    expect(cluster?.record?.spec).to.include({name: 'sample', controllers: 1, workers: 1, kubernetesVersion: '1.36.2'})
    expect(cluster?.record?.operatorCidr).to.equal('203.0.113.7/32')
    expect(cluster?.inventory.instances).to.have.length(2)
  })

  it('is destroyed without a journal, and once more', async () => {
    await run.run()
    const {removed, remaining} = await destroy({name: 'sample', ...where})
    expect(remaining).to.deep.equal([])
    expect(removed.filter(({type}) => type === 'instance')).to.have.length(2)
    expect(await run.ids()).to.deep.equal([])
    const notices: string[] = []
    expect(await destroy({name: 'sample', ...where}, notices)).to.deep.include({removed: [], remaining: []})
    expect(notices.join()).to.include('local-1')
    expect(existsSync(home.clusters)).to.equal(false)
  })

  it('is destroyed with a journal of garbage, which goes too', async () => {
    await run.run()
    const directory = join(home.clusters, 'sample')
    mkdirSync(directory, {recursive: true})
    writeFileSync(join(directory, 'journal.json'), '{"schema": 1, "hea')
    expect((await destroy({name: 'sample', ...where})).remaining).to.deep.equal([])
    expect(await run.ids()).to.deep.equal([])
    expect(existsSync(directory)).to.equal(false)
  })

  it('is not mistaken for another of the same name', async () => {
    await run.run()
    const {ec2} = run.region
    const tags = [
      {Key: 'khw:cluster', Value: 'sample'},
      {Key: 'khw:cluster-id', Value: 'another'},
    ]
    await ec2.createVpc({CidrBlock: '10.9.0.0/16', TagSpecifications: [{ResourceType: 'vpc', Tags: tags}]})
    const error = await failure(destroy({name: 'sample', ...where}))
    expect(error).to.include({code: 'CLUSTER_AMBIGUOUS'})
    expect(error.message).to.include(run.clusterId).and.to.include('another')
    await destroy({clusterId: run.clusterId, ...where})
    const {Vpcs = []} = await ec2.describeVpcs({})
    expect(Vpcs.map(vpc => vpc.CidrBlock)).to.deep.equal(['10.9.0.0/16'])
  })

  it('cannot be recovered where there is nothing of it: an error says where to look', async () => {
    const options = {home, name: 'sample', onNotice: () => undefined, onArtifactProgress: () => undefined, signal}
    const error = await failure(recoverCluster({...options, ...where}))
    expect(error).to.include({code: 'CLUSTER_NOT_FOUND'})
    expect(error.suggestions.join()).to.include('--region')
    expect(existsSync(join(home.clusters, 'sample'))).to.equal(false)
  })

  it('is recovered from the copy of its header, and the next run adopts what there is', async () => {
    await run.run()
    const directory = join(home.clusters, 'sample')
    const journal = Journal.create(directory, run.journal.header)
    writeFileSync(join(directory, 'journal.json'), '')
    const options = {home, name: 'sample', onNotice: () => undefined, onArtifactProgress: () => undefined, signal}
    const report = await recoverCluster({...options, ...where})
    expect(report).to.include({id: run.clusterId, from: 'copy', secrets: false})
    expect(Journal.open(directory).header).to.deep.equal(journal.header)
    expect((await recoverCluster({...options, ...where})).from).to.equal('journal')
  })

  it('is swept away when its expiry is past, and not before; one that has none never is', async () => {
    await run.run()
    const clock = {now: () => Date.parse('2026-11-24T16:00:01Z'), sleep: () => Promise.resolve()}
    const find = (now: string) =>
      findExpired({home, provider: 'aws', regions: ['local-1'], clock: {...clock, now: () => Date.parse(now)}, signal})
    expect((await find('2036-01-01T00:00:00Z')).expired).to.deep.equal([])
    const ids = (await run.ids()).filter(id => !id.startsWith('key-'))
    const Tags = [{Key: 'khw:expires-at', Value: '2026-11-24T16:00:00Z'}]
    await run.region.ec2.createTags({Resources: ids, Tags})
    expect((await find('2026-11-24T15:59:59Z')).expired).to.deep.equal([])
    const found = await find('2026-11-24T16:00:01Z')
    expect(found.regions).to.deep.equal(['local-1'])
    expect(found.expired.map(({cluster}) => cluster.clusterId)).to.deep.equal([run.clusterId])

    // Extended while somebody was asked whether it may go: on the first of its resources so far.
    const extend = (Value: string) =>
      run.region.ec2.createTags({Resources: ids.slice(0, 1), Tags: [{Key: 'khw:expires-at', Value}]})
    for (const until of ['2036-01-01T00:00:00Z', 'never']) {
      await extend(until)
      const {clusters: none} = await sweepClusters(found, {home, onEvent: () => undefined, signal, clock})
      expect(none).to.deep.equal([])
      expect(await run.ids()).to.include.members(ids)
    }
    await extend('2026-11-24T16:00:00Z')

    const {clusters} = await sweepClusters(found, {home, onEvent: () => undefined, signal})
    expect(clusters).to.have.length(1)
    expect(clusters[0]).to.deep.include({
      id: run.clusterId,
      name: 'sample',
      region: 'local-1',
      remaining: [],
      error: null,
    })
    expect(await run.ids()).to.deep.equal([])
  })
})
