import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import {writeFaults} from '../../src/local/daemon/faults-file.js'
import type {JournalHeader} from '../../src/steps/engine/journal.js'
import {skipUnlessMachines} from './can-run.js'
import {leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'
import {kubectl, readyNodes} from './kubectl.js'
import {regionClient} from './region.js'

const CREATE = ['create', '--name', 'spot', '--provider', 'local', '--controllers', '1', '--workers', '2', '--spot']

/** From the notice to the end; EC2 gives two minutes. Milliseconds. */
const NOTICE = 60_000

interface PodList {
  readonly items: readonly {
    readonly metadata: {readonly deletionTimestamp?: string}
    readonly spec: {readonly nodeName?: string}
    readonly status: {readonly phase: string}
  }[]
}

describe('a cluster on the spot market of a region that has no room in a zone', function () {
  this.timeout(20 * 60_000)
  const khw = new Khw()
  const region = {region: join(khw.home, 'region')}

  before(function () {
    skipUnlessMachines(this)
  })
  after(() => khw.close())

  const create = (...more: readonly string[]): Promise<string> => khw.succeed(...CREATE, '--yes', ...more)
  const machine = async (node: string) => (await (await regionClient(khw)).machines('spot')).get(node)
  const until = async (what: string, holds: () => Promise<boolean>, limit: number): Promise<void> => {
    const deadline = Date.now() + limit
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`it did not come to this: ${what}`)
      await sleep(500)
    }
  }
  const pods = async (): Promise<string[]> => {
    const list = JSON.parse(await kubectl(khw, 'spot', 'get', 'pods', '-l', 'app=web', '-o', 'json')) as PodList
    return list.items
      .filter(({metadata, status}) => metadata.deletionTimestamp === undefined && status.phase === 'Running')
      .map(({spec}) => spec.nodeName ?? '')
      .sort()
  }

  it('is whole, with the node that had to move at an address of its own', async () => {
    await create('--until', 'network')
    await writeFaults(region, {capacity: [{zone: 'local-1b'}]})
    await create()
    expect(await readyNodes(khw, 'spot')).to.deep.equal(['worker-1', 'worker-2'])
    const moved = await machine('worker-2')
    expect(moved).to.include({PrivateIpAddress: '10.240.2.252', InstanceLifecycle: 'spot'})
    expect(moved?.Placement?.AvailabilityZone).to.equal('local-1c')
    expect((await machine('controller-1'))?.InstanceLifecycle).to.equal(undefined)
  })

  it('drains a worker that is taken back before it ends', async () => {
    const journal = readFileSync(join(khw.home, 'clusters', 'spot', 'journal.json'), 'utf8')
    const {artifacts} = (JSON.parse(journal) as {header: JournalHeader}).header
    const manifest = join(khw.home, 'web.json')
    writeFileSync(manifest, JSON.stringify(deployment(artifacts.images.check)))
    await kubectl(khw, 'spot', 'apply', '-f', manifest)
    await until(
      'pods on both workers',
      async () => new Set(await pods()).size === 2 && (await pods()).length === 4,
      60_000,
    )

    await writeFaults(region, {interruptions: [{name: 'spot-worker-2', noticeMilliseconds: NOTICE, times: 1}]})
    const onWorker1 = ['worker-1', 'worker-1', 'worker-1', 'worker-1']
    await until('all pods on the other worker', async () => (await pods()).join() === onWorker1.join(), NOTICE - 10_000)
    expect((await machine('worker-2'))?.State?.Name).to.equal('running')
    expect(await kubectl(khw, 'spot', 'get', 'node', 'worker-2')).to.include('SchedulingDisabled')
  })

  it('has it back, for use, after the next create', async () => {
    await until('the end of worker-2', async () => (await machine('worker-2')) === undefined, NOTICE + 30_000)
    await create()
    expect(await machine('worker-2')).to.include({PrivateIpAddress: '10.240.1.31', InstanceLifecycle: 'spot'})
    const schedulable = async (): Promise<boolean> =>
      !(await kubectl(khw, 'spot', 'get', 'node', 'worker-2')).includes('SchedulingDisabled')
    await until('worker-2 for use', schedulable, 30_000)
    expect(await readyNodes(khw, 'spot')).to.deep.equal(['worker-1', 'worker-2'])
  })

  it('leaves nothing behind', async () => {
    const prefix = prefixOf(khw.home)
    const receipt = JSON.parse(await khw.succeed('destroy', 'spot', '--yes', '--json')) as {remaining: unknown[]}
    expect(receipt.remaining).to.deep.equal([])
    expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
  })
})

function deployment(image: string): object {
  const container = {name: 'web', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', 'sleep 3600']}
  const labels = {app: 'web'}
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'web', namespace: 'default'},
    spec: {
      replicas: 4,
      selector: {matchLabels: labels},
      template: {metadata: {labels}, spec: {containers: [container], terminationGracePeriodSeconds: 1}},
    },
  }
}
