import {readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {expect} from 'chai'
import {homeOf} from '../../src/cluster/home.js'
import {networkCheck} from '../../src/kubernetes/checks.js'
import type {Check, ClusterReport} from '../../src/cluster/report.js'
import {withCluster} from '../../src/steps/session/open-cluster.js'
import {livePublicIps} from '../../src/steps/compute/node-instance.js'
import {skipUnlessMachines} from './can-run.js'
import {CREATE_POINTS, DESTROY_POINTS} from './crash-points.js'
import {ExposedTexts} from './exposed-texts.js'
import {filesBelow, leftOnHost, prefixOf} from './host.js'
import {homeTexts} from './home-texts.js'
import {Khw} from './khw.js'
import {kubectl, readyNodes} from './kubectl.js'
import {regionClient, type RegionClient} from './region.js'
import {formsOf, secretsBelow, shownIn} from './secret-forms.js'

const CLUSTER = 'three'
const CREATE = ['create', '--name', CLUSTER, '--provider', 'local', '--controllers', '3', '--workers', '3', '--yes']
const WORKERS = ['worker-1', 'worker-2', 'worker-3']
const NODES = ['controller-1', 'controller-2', 'controller-3', ...WORKERS]

describe('a cluster of 3+3 on real machines', function () {
  this.timeout(30 * 60_000)
  const khw = new Khw()
  const exposed = new ExposedTexts(khw)
  let region: RegionClient

  before(function () {
    skipUnlessMachines(this)
    exposed.start()
  })
  after(async () => {
    exposed.stop()
    await khw.close()
  })

  for (const [i, point] of CREATE_POINTS.entries()) {
    it(`survives a kill at ${point.id}`, async () => {
      const env = i % 2 === 0 ? {} : {DEBUG: '*'}
      exposed.note(await khw.killAt(point, {hold: CREATE_POINTS.slice(i), env}, ...CREATE))
    })
  }

  it('is finished by one more create, with nothing made twice', async () => {
    exposed.note(await khw.succeedWith({DEBUG: '*'}, ...CREATE, '--json'))
    exposed.stop()
    region = await regionClient(khw)
    expect([...(await region.machines(CLUSTER)).keys()].sort()).to.deep.equal(NODES)
    const Filters = [{Name: 'tag:khw:cluster', Values: [CLUSTER]}]
    expect((await region.ec2.describeVpcs({Filters})).Vpcs).to.have.length(1)
    expect((await region.ec2.describeSubnets({Filters})).Subnets).to.have.length(3)
    expect((await region.ec2.describeInternetGateways({Filters})).InternetGateways).to.have.length(1)
    expect((await region.ec2.describeSecurityGroups({Filters})).SecurityGroups).to.have.length(3)
    expect((await region.ec2.describeRouteTables({Filters})).RouteTables).to.have.length(1)
    expect((await region.ec2.describeKeyPairs({Filters})).KeyPairs).to.have.length(1)
    expect((await region.ec2.describeNetworkInterfaces({Filters})).NetworkInterfaces).to.have.length(6)
    expect((await region.ec2.describeVolumes({Filters})).Volumes).to.have.length(6)
    expect((await region.elb.describeLoadBalancers({})).LoadBalancers).to.have.length(1)
    expect((await region.elb.describeTargetGroups({})).TargetGroups).to.have.length(1)
    // Also of the terminated ones, which are described for an hour.
    const {Reservations = []} = await region.ec2.describeInstances({Filters})
    expect(Reservations.flatMap(r => r.Instances ?? [])).to.have.length(6)
  })

  it('is not changed by a further create, nor is the region', async () => {
    const files = [join('clusters', CLUSTER, 'journal.json'), join('region', 'state.json')]
    const contents = (): string[] => files.map(file => readFileSync(join(khw.home, file), 'utf8'))
    const before = contents()
    exposed.note(await khw.succeedWith({}, ...CREATE))
    expect(contents()).to.deep.equal(before)
  })

  it('has shown its secrets nowhere: not in what khw prints, argument lists, journals or logs', async () => {
    const {secret} = homeTexts(khw.home)
    const {secretAccessKey} = JSON.parse(secret['region/credentials.json'] ?? '') as {secretAccessKey: string}
    const secrets = [
      ...secretsBelow(join(khw.home, 'clusters', CLUSTER, 'secrets')),
      {file: 'region/credentials.json', forms: formsOf(secretAccessKey)},
    ]
    const texts = await exposed.all(NODES)

    // It looks where there is something to see, and sees them where they have their place.
    for (const file of ['journal.json', 'cluster.json', 'lock'])
      expect(texts.get(`clusters/${CLUSTER}/${file}`)).to.include(CLUSTER)
    expect(texts.get('region/daemon.log')).to.include('listens on')
    for (const process of ['run.js create', 'main.js', 'etcd', 'kubelet'])
      expect(texts.get('argument lists')).to.include(process)
    expect(texts.get('environments')).to.include(`KHW_HOME=${khw.home}`)
    expect(texts.get('what khw printed')).to.include('oclif')
    for (const node of NODES) expect(texts.get(`logs of ${node}`)).to.include('sshd')
    expect(shownIn(secret[`clusters/${CLUSTER}/kubeconfig`] ?? '', secrets)).to.deep.equal(['pki/admin.key'])
    const launches = NODES.map(node => `launch/${node}`)
    expect(shownIn(secret['region/state.json'] ?? '', secrets)).to.have.members(launches)

    const shown = [...texts].flatMap(([place, text]) => shownIn(text, secrets).map(file => `${file} in ${place}`))
    expect(shown.join('\n')).to.equal('')
    // What killed writers have left; the region's own are at work.
    const ofClusters = Object.keys(secret).filter(path => path.startsWith('clusters/'))
    expect(ofClusters.filter(path => basename(path).startsWith('.'))).to.deep.equal([])
  })

  const startedMembers = async (): Promise<number> => {
    const members = await khw.succeed(
      'ssh',
      'controller-2',
      '--',
      'sudo etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/peer.crt --key=/etc/etcd/pki/peer.key member list',
    )
    return members.split('\n').filter(line => line.includes(', started, ')).length
  }

  it('has three Ready workers and three etcd members, as kubectl and etcdctl see it from outside', async () => {
    expect(await readyNodes(khw, CLUSTER)).to.deep.equal(WORKERS)
    expect(await startedMembers()).to.equal(3)
  })

  it('is reached through its load balancer, which is the default once it is healthy', async () => {
    let status: ClusterReport
    do status = JSON.parse(await khw.succeed('status', CLUSTER, '--json')) as ClusterReport
    while (!status.checks.some(({name, ok}) => name === 'load-balancer' && ok))
    const [balancer] = (await region.elb.describeLoadBalancers({})).LoadBalancers ?? []
    expect(status.endpoint).to.equal(`https://${balancer?.DNSName ?? ''}:6443`)
    expect(await kubectl(khw, CLUSTER, 'config', 'view', '--minify')).to.include(status.endpoint)
    for (const end of ['load-balancer', 'controller-1', 'controller-2', 'controller-3'])
      expect(await kubectl(khw, CLUSTER, '--context', `${CLUSTER}-${end}`, 'get', '--raw', '/readyz')).to.equal('ok')
  })

  it('has the same encryption key on every controller', async () => {
    const sums = await Promise.all(
      [1, 2, 3].map(n =>
        khw.succeed('ssh', `controller-${n}`, '--', 'sudo sha256sum /etc/kubernetes/encryption-config.yaml'),
      ),
    )
    expect(sums[0]).to.match(/^[0-9a-f]{64} /)
    expect(new Set(sums).size).to.equal(1)
  })

  /** The closing check of create, on the cluster as it is now. */
  const podsReachEachOther = (patience?: {pods: number; probes: number}): Promise<Check[]> =>
    withCluster(
      {home: homeOf({...process.env, KHW_HOME: khw.home}), name: CLUSTER, signal: AbortSignal.timeout(120_000)},
      async ({context}) => {
        const api = await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin')
        return networkCheck({
          api,
          workers: WORKERS,
          image: context.artifacts.images.check,
          ...(patience && {patience}),
        })
      },
    )

  const expectBroken = async (): Promise<void> => {
    const checks = await podsReachEachOther({pods: 60_000, probes: 6_000})
    expect(checks.filter(check => !check.ok)).not.to.deep.equal([])
  }
  const expectWhole = async (): Promise<void> => {
    expect((await podsReachEachOther()).filter(check => !check.ok)).to.deep.equal([])
  }

  it('needs its source/destination check to be off', async () => {
    const InstanceId = (await region.machines(CLUSTER)).get('worker-2')?.InstanceId
    await expectWhole()
    await region.ec2.modifyInstanceAttribute({InstanceId, SourceDestCheck: {Value: true}})
    await expectBroken()
    // A create that is run again puts back what AWS has lost.
    await khw.succeed(...CREATE)
    await expectWhole()
  })

  it('needs the pod route of each worker', async () => {
    const Filters = [{Name: 'tag:khw:cluster', Values: [CLUSTER]}]
    const RouteTableId = (await region.ec2.describeRouteTables({Filters})).RouteTables?.[0]?.RouteTableId
    await region.ec2.deleteRoute({RouteTableId, DestinationCidrBlock: '10.200.3.0/24'})
    await expectBroken()
    await khw.succeed(...CREATE)
    await expectWhole()
  })

  it('needs the security group rule for the pod range', async () => {
    const Filters = [{Name: 'group-name', Values: [`${CLUSTER}-worker`]}]
    const group = (await region.ec2.describeSecurityGroups({Filters})).SecurityGroups?.[0]
    const IpPermissions = [{IpProtocol: '-1', IpRanges: [{CidrIp: '10.200.0.0/16'}]}]
    await region.ec2.revokeSecurityGroupIngress({GroupId: group?.GroupId, IpPermissions})
    await expectBroken()
    await khw.succeed(...CREATE)
    await expectWhole()
  })

  it('answers within 10 s of losing a controller, and its workers stay Ready', async () => {
    await khw.run('ssh', 'controller-2', '--', 'sudo', 'poweroff')
    const lost = Date.now()
    const controller1 = ['--context', `${CLUSTER}-controller-1`]
    // The kubeconfig as it is handed out now, which a controller that has not gone down yet may spoil.
    expect(await answered(() => readyNodes(khw, CLUSTER, '--request-timeout=3s'), lost + 10_000)).to.deep.equal(WORKERS)
    expect(Date.now() - lost).to.be.lessThan(10_000)
    expect(await readyNodes(khw, CLUSTER, ...controller1)).to.deep.equal(WORKERS)
    const through = ['--context', `${CLUSTER}-load-balancer`, '--request-timeout=3s']
    const readyz = () => kubectl(khw, CLUSTER, ...through, 'get', '--raw', '/readyz')
    expect(await answered(readyz, lost + 20_000)).to.equal('ok')
    const status = await khw.run('status', CLUSTER, '--json')
    expect(status.code).to.equal(1)
    expect(JSON.parse(status.stdout)).to.include({phase: 'degraded', tolerates: 0})
    // Longer than the 40 s after which the controller manager takes a silent node for lost.
    while (Date.now() - lost < 50_000) {
      expect(await readyNodes(khw, CLUSTER, ...controller1)).to.deep.equal(WORKERS)
      await new Promise(resolve => setTimeout(resolve, 2_000))
    }
    expect(await kubectl(khw, CLUSTER, 'create', 'configmap', 'written-without-controller-2')).to.include('created')
  })

  it('gets the lost controller back by one more create: a new machine in the place of the old member', async () => {
    // The machine ends when its services have; the test's own time limit ends this.
    while ((await region.machines(CLUSTER)).has('controller-2')) await new Promise(resolve => setTimeout(resolve, 500))
    const before = await region.machines(CLUSTER)
    await khw.succeed(...CREATE)
    const after = await region.machines(CLUSTER)
    expect(after.size).to.equal(6)
    for (const [name, machine] of before) expect(after.get(name)?.InstanceId).to.equal(machine.InstanceId)
    expect(JSON.parse(await khw.succeed('status', CLUSTER, '--json'))).to.include({phase: 'ready', tolerates: 1})
    expect(await startedMembers()).to.equal(3)
    expect(await kubectl(khw, CLUSTER, 'get', 'configmap', 'written-without-controller-2')).to.include('written')
    await expectWhole()
  })

  for (const point of DESTROY_POINTS) {
    it(`can be destroyed after a kill at ${point.id}`, async () => {
      await khw.killAt(point, {}, 'destroy', CLUSTER, '--yes')
    })
  }

  it('leaves nothing behind', async () => {
    const prefix = prefixOf(khw.home)
    await khw.succeed('destroy', CLUSTER, '--yes')
    expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
    expect(filesBelow(khw.home)).to.deep.equal([])
  })
})

/** What `ask` says the first time that it does not fail; as it fails when time is over. `until` as Date.now() has it. */
async function answered(ask: () => Promise<unknown>, until: number): Promise<unknown> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() >= until) throw error
    }
  }
}
