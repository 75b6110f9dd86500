import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {homeOf, type Home} from '../../src/cluster/home.js'
import {listRanges} from '../../src/cluster/operator-ranges.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import {KhwError, messageOf} from '../../src/errors.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'
import {ensurePki} from '../../src/pki/pki.js'
import {kubeconfigPath} from '../../src/steps/cluster-access.js'
import {addressChanged, explainUnreached} from '../../src/steps/operator/address-changed.js'
import {readClusterFile} from '../../src/steps/engine/cluster-file.js'
import {Journal, type JournalHeader} from '../../src/steps/engine/journal.js'
import {findClusters} from '../../src/steps/clusters/find-clusters.js'
import {refreshAccess, showAccess} from '../../src/steps/operator-access.js'
import {CREDENTIALS} from '../local/api/test-region.js'
import {ARTIFACTS, RegionRun} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

const FIRST = '203.0.113.7/32'
/** Of somebody who has opened a port by hand. */
const THEIRS = '198.51.100.0/24'

describe('who may reach a cluster', function () {
  this.timeout(30_000)
  let run: RegionRun
  let faults: SettableFaults
  let home: Home
  let directory: string
  let header: JournalHeader
  const environment = {...process.env}
  const original = globalThis.fetch
  const {signal} = new AbortController()
  const spec: ClusterSpec = clusterSpec({...sampleSpec({controllers: 1, workers: 1}), provider: 'aws'})

  beforeEach(async () => {
    faults = new SettableFaults()
    run = await RegionRun.open({spec, faults})
    home = homeOf({KHW_HOME: mkdtempSync(join(tmpdir(), 'khw-access-'))})
    process.env['AWS_ENDPOINT_URL'] = run.region.endpoint
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey
    await run.run()
    directory = join(home.clusters, 'sample')
    header = {
      clusterId: run.clusterId,
      spec,
      account: '123456789012',
      operatorCidr: FIRST,
      artifacts: ARTIFACTS,
      createdAt: '2026-11-24T08:00:00.000Z',
    }
    Journal.create(directory, header)
    await openByHand()
  })
  afterEach(async () => {
    globalThis.fetch = original
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      if (environment[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = environment[name]
    }
    await run.close()
    rmSync(home.data, {recursive: true, force: true})
  })

  const groups = async () => {
    const {SecurityGroups = []} = await run.region.ec2.describeSecurityGroups({
      Filters: [{Name: 'tag:khw:cluster-id', Values: [run.clusterId]}],
    })
    return SecurityGroups
  }
  const openByHand = async (): Promise<void> => {
    const GroupId = (await groups()).find(group => group.GroupName === 'sample-worker')?.GroupId
    for (const port of [22, 30_080])
      await run.region.ec2.authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [{IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{CidrIp: THEIRS}]}],
      })
  }
  /** `sample-worker 22 203.0.113.7/32` for each rule from outside. */
  const rules = async (): Promise<string[]> =>
    (await groups())
      .flatMap(({GroupName = '', IpPermissions = []}) =>
        IpPermissions.flatMap(({FromPort, IpRanges = []}) =>
          IpRanges.map(({CidrIp}) => `${GroupName} ${FromPort ?? '-'} ${CidrIp ?? ''}`),
        ),
      )
      .filter(rule => !rule.endsWith(spec.network.podCidr))
      .sort()
  const expected = (...ranges: string[]): string[] =>
    [
      ...ranges.flatMap(range => [
        `sample-controller 22 ${range}`,
        `sample-controller 6443 ${range}`,
        `sample-worker 22 ${range}`,
      ]),
      `sample-worker 22 ${THEIRS}`,
      `sample-worker 30080 ${THEIRS}`,
    ].sort()
  const recorded = async (): Promise<readonly (readonly string[])[]> => {
    const [cluster] = await findClusters(run.clients, signal)
    return [Journal.open(directory).header, readClusterFile(directory), cluster?.record].map(record =>
      record === undefined ? [] : listRanges(record),
    )
  }
  const refresh = (...ranges: string[]) => refreshAccess({home, ranges, signal})
  const comeFrom = (address: string): void => {
    globalThis.fetch = () => Promise.resolve(new Response(`${address}\n`))
  }

  it('is shown, and whether you are among them', async () => {
    comeFrom('203.0.113.7')
    const rules_ = {missing: 0, stale: 0}
    const report = {name: 'sample', admitted: [FIRST], yours: [FIRST], ok: true, rules: rules_}
    expect(await showAccess({home, signal})).to.deep.equal(report)
    comeFrom('192.0.2.9')
    expect(await showAccess({home, signal})).to.deep.equal({...report, yours: ['192.0.2.9/32'], ok: false})
    globalThis.fetch = () => Promise.reject(new Error('no way out'))
    expect(await showAccess({home, signal})).to.deep.equal({...report, yours: null, ok: false})
  })

  it('is nobody where there are no security groups', async () => {
    comeFrom('203.0.113.7')
    const gone = {...header, clusterId: 'of-nothing', spec: clusterSpec({...spec, name: 'gone'})}
    Journal.create(join(home.clusters, 'gone'), gone)
    for (const look of [showAccess, refreshAccess]) {
      const error = await look({home, name: 'gone', signal}).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.have.property('code', 'CLUSTER_NOT_FOUND')
    }
  })

  it('does not hide the kubeconfig, where no API server answers', async () => {
    const down = clusterSpec({...spec, name: 'down'})
    const path = join(home.clusters, 'down')
    const journal = Journal.create(path, {...header, clusterId: 'of-nothing', spec: down})
    await ensurePki({spec: down, publicIps: {}, secrets: new FileSecretStore(join(path, 'secrets'))})
    const notices: string[] = []
    const look = () => kubeconfigPath({home, name: 'down', onNotice: text => notices.push(text), signal})
    const error = () => look().catch((reason: unknown) => reason)
    const unfinished = await error()
    expect(messageOf(unfinished)).to.match(/^The cluster "down" is unfinished: /)
    expect(unfinished).to.deep.include({suggestions: ['Finish it: khw create --name down']})
    journal.setComplete(true)
    expect(messageOf(await error())).to.equal('No controller is running.')
    writeFileSync(join(path, 'kubeconfig'), 'as it was')
    expect(await look()).to.equal(join(path, 'kubeconfig'))
    expect(readFileSync(join(path, 'kubeconfig'), 'utf8')).to.equal('as it was')
    expect(notices).to.deep.equal(['No API server answers: the kubeconfig is as it was. See why: khw status down'])
  })

  it('is you alone after a refresh, everywhere, and what others have opened stays', async () => {
    expect(await rules()).to.deep.equal(expected(FIRST))
    comeFrom('192.0.2.9')
    const {changed, ok} = await refreshAccess({home, signal})
    expect({changed, ok}).to.deep.equal({changed: {opened: 3, closed: 3}, ok: true})
    expect(await rules()).to.deep.equal(expected('192.0.2.9/32'))
    expect(await recorded()).to.deep.equal([['192.0.2.9/32'], ['192.0.2.9/32'], ['192.0.2.9/32']])
    expect((await refreshAccess({home, signal})).changed).to.deep.equal({opened: 0, closed: 0})
  })

  it('may be several, and fewer again: the tags hold nothing of the longer record', async () => {
    const many = Array.from({length: 12}, (_, i) => `192.0.2.${16 * i}/28`)
    await refresh(...many)
    expect(await rules()).to.deep.equal(expected(...many))
    expect(await recorded()).to.deep.equal([many, many, many])
    await refresh(FIRST)
    expect(await rules()).to.deep.equal(expected(FIRST))
    expect(await recorded()).to.deep.equal([[FIRST], [FIRST], [FIRST]])
    expect(Journal.open(directory).header).to.deep.equal({...header, rangesGiven: true})
  })

  it('is made good by the next refresh, wherever one was cut off', async () => {
    let cut = 0
    const cuts = ['AuthorizeSecurityGroupIngress', 'CreateTags', 'RevokeSecurityGroupIngress'].flatMap(action => [
      {action, nth: 1, when: 'after'} as const,
      {action, nth: 2, when: 'before'} as const,
    ])
    for (const call of cuts) {
      // The one that is cut off lets somebody in who shall not stay.
      faults.set({calls: [{...call, how: {code: 'UnauthorizedOperation', status: 403}}]})
      const failed = await refresh(`192.0.2.${cut}/32`).then(
        () => false,
        () => true,
      )
      if (failed) cut += 1
      faults.set({})
      const next = `198.18.0.${cut}/32`
      await refresh(next)
      expect(await rules(), JSON.stringify(call)).to.deep.equal(expected(next))
      expect(await recorded()).to.deep.equal([[next], [next], [next]])
    }
    // CreateTags is called once.
    expect(cut).to.equal(5)
  })

  it('is told to who could not get through, if he comes from elsewhere now', async () => {
    comeFrom('203.0.113.7')
    expect(await addressChanged(home, header, signal)).to.equal(undefined)
    comeFrom('192.0.2.9')
    const error = await addressChanged(home, header, signal)
    expect(error?.code).to.equal('ADDRESS_CHANGED')
    expect(error?.message).to.include('192.0.2.9/32').and.to.include(FIRST)
    expect(error?.suggestions).to.deep.equal(['Let it in: khw access refresh sample'])
    globalThis.fetch = () => Promise.reject(new Error('no way out'))
    expect(await addressChanged(home, header, signal)).to.equal(undefined)
  })

  it('stays what the user said: where khw sees him come from is but a hint then', async () => {
    const silent = new KhwError('SSH_FAILED', 'worker-0 does not answer.', ['Look at it'], {exit: 69})
    comeFrom('192.0.2.9')
    const changed = await explainUnreached(silent, home, header, signal)
    expect(changed).to.have.property('code', 'ADDRESS_CHANGED')
    expect(changed).to.have.nested.property('oclif.exit', 69)
    await refresh(FIRST)
    const {header: said} = Journal.open(directory)
    const explained = await explainUnreached(silent, home, said, signal)
    expect(explained).to.have.property('code', 'SSH_FAILED')
    expect(messageOf(explained)).to.match(/^worker-0 does not answer\.\n.*192\.0\.2\.9/)
    const refused = await refreshAccess({home, signal}).catch((error: unknown) => error)
    expect(refused).to.have.property('code', 'USAGE')
    expect(refused).to.have.deep.property('suggestions', [
      'Say who may reach it now: khw access refresh sample --allow-cidr RANGE',
    ])
    expect(await rules()).to.deep.equal(expected(FIRST))
    expect((await showAccess({home, signal})).given).to.equal(true)
  })
})
