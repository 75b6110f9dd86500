import {readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import {skipUnlessMachines} from './can-run.js'
import {endedCertificates, shortCertificates} from './ending-certificates.js'
import {filesBelow, leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'
import {readyNodes} from './kubectl.js'
import {regionClient} from './region.js'

const CREATE = ['create', '--name', 'one', '--provider', 'local', '--controllers', '1', '--workers', '1', '--yes']

describe('a cluster of 1+1 on real machines', function () {
  this.timeout(20 * 60_000)
  const khw = new Khw()

  const clusters = async (): Promise<{name: string; id: string; expiresAt: string | null}[]> =>
    JSON.parse(await khw.succeed('list', '--json')) as {name: string; id: string; expiresAt: string | null}[]

  before(function () {
    skipUnlessMachines(this)
  })
  after(() => khw.close())

  it('is left half-made by a kill, and goes on from there', async () => {
    await khw.killWhen(() => khw.stepRecord('one', 'node/connect/worker-1')?.status === 'running', ...CREATE)
    const before = await (await regionClient(khw)).machines('one')
    expect([...before.keys()].sort()).to.deep.equal(['controller-1', 'worker-1'])

    await khw.succeed(...CREATE)
    const after = await (await regionClient(khw)).machines('one')
    expect([...after.values()].map(m => m.InstanceId)).to.have.members([...before.values()].map(m => m.InstanceId))
    expect(await readyNodes(khw, 'one')).to.deep.equal(['worker-1'])
  })

  it('is told apart from other commands by a lock, within a second', async () => {
    const running = khw.start(...CREATE)
    const ended = new Promise(resolve => running.once('close', resolve))
    const lock = join(khw.home, 'clusters', 'one', 'lock')
    for (;;) {
      try {
        readFileSync(lock)
        break
      } catch {
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    // Held still, or it might be done before the other one looks.
    running.kill('SIGSTOP')
    const refused = await khw.run('destroy', 'one', '--yes')
    running.kill('SIGCONT')
    await ended
    expect(refused.code).to.equal(1)
    expect(refused.stderr).to.include('khw create --name one')
  })

  it('is not changed by a second create', async () => {
    const journal = (): string => readFileSync(join(khw.home, 'clusters', 'one', 'journal.json'), 'utf8')
    const before = journal()
    const report = JSON.parse(await khw.succeed(...CREATE, '--json')) as {phase: string; ready: boolean}
    expect(report).to.include({phase: 'ready', ready: true})
    expect(journal()).to.equal(before)
  })

  it('is shown by status and list', async () => {
    const status = JSON.parse(await khw.succeed('status', 'one', '--json')) as {
      phase: string
      tolerates: number
      nodes: {name: string; ready: boolean; state: string}[]
    }
    expect(status).to.include({phase: 'ready', tolerates: 0})
    expect(status.nodes.map(n => [n.name, n.state, n.ready])).to.deep.equal([
      ['controller-1', 'running', true],
      ['worker-1', 'running', true],
    ])
    expect(await khw.succeed('status')).to.include('controller-1')
    expect((await clusters()).map(c => c.name)).to.deep.equal(['one'])
  })

  it('lets its user in, and passes the remote status on', async () => {
    expect(await khw.succeed('ssh', 'worker-1', '--', 'hostname')).to.equal('worker-1\n')
    expect((await khw.run('ssh', 'worker-1', '--', 'exit 7')).code).to.equal(7)
    const refused = await khw.run('ssh', 'worker-9')
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.include('controller-1, worker-1')
  })

  it('refuses another shape under the same name', async () => {
    const refused = await khw.run('create', '--name', 'one', '--provider', 'local', '--workers', '2', '--yes')
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.include('--workers 1')
  })

  it('gets a neighbour that is wanted for a minute only', async () => {
    await khw.succeed('create', '--name', 'brief', '--provider', 'local', '--ttl', '1m', '--until', 'network', '--yes')
    expect((await clusters()).map(c => c.name)).to.deep.equal(['brief', 'one'])
  })

  const forget = (...files: readonly string[]): void => {
    for (const file of files) rmSync(join(khw.home, 'clusters', 'one', file))
  }
  const recover = async (): Promise<unknown> => JSON.parse(await khw.succeed('recover', 'one', '--json'))

  it('is recovered without its journal, and without any record but its tags', async () => {
    const id = (await clusters()).find(c => c.name === 'one')?.id
    const known = {name: 'one', id, provider: 'local', region: 'local-1', secrets: true}
    forget('journal.json')
    expect(await recover()).to.deep.equal({...known, from: 'copy'})
    forget('journal.json', 'cluster.json')
    expect(await recover()).to.deep.equal({...known, from: 'tags'})
  })

  it('is adopted by the next create, which makes no machine', async () => {
    const before = await (await regionClient(khw)).machines('one')
    await khw.succeed(...CREATE)
    const after = await (await regionClient(khw)).machines('one')
    expect([...after.values()].map(m => m.InstanceId)).to.have.members([...before.values()].map(m => m.InstanceId))
    expect(await readyNodes(khw, 'one')).to.deep.equal(['worker-1'])
    expect(await khw.succeed('ssh', 'worker-1', '--name', 'one', '--', 'hostname')).to.equal('worker-1\n')
    expect(await khw.succeed('ssh', 'controller-1', '--name', 'one', '--', 'hostname')).to.equal('controller-1\n')
  })

  // While the neighbour's minute passes.
  shortCertificates(khw, 'one')

  it('outlives its neighbour, which is swept when its minute is over', async () => {
    const expiresAt = (await clusters()).find(c => c.name === 'brief')?.expiresAt ?? ''
    await sleep(Math.max(0, Date.parse(expiresAt) - Date.now() + 1))
    const report = JSON.parse(await khw.succeed('sweep', '--expired', '--provider', 'local', '--yes', '--json')) as {
      clusters: {name: string; remaining: unknown[]}[]
    }
    expect(report.clusters.map(c => [c.name, c.remaining])).to.deep.equal([['brief', []]])
    expect((await clusters()).map(c => c.name)).to.deep.equal(['one'])
    const {Vpcs = []} = await (await regionClient(khw)).ec2.describeVpcs({})
    expect(Vpcs).to.have.length(1)
  })

  endedCertificates(khw, 'one', CREATE)

  it('leaves nothing behind, also if only its tags are left of it', async () => {
    forget('journal.json', 'cluster.json')
    const prefix = prefixOf(khw.home)
    expect(leftOnHost(prefix, khw.home)).not.to.deep.equal([])
    const receipt = JSON.parse(await khw.succeed('destroy', 'one', '--yes', '--json')) as {
      removed: {type: string}[]
      remaining: unknown[]
    }
    expect(receipt.remaining).to.deep.equal([])
    expect(receipt.removed.filter(r => r.type === 'instance')).to.have.length(2)
    expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
    expect(filesBelow(khw.home)).to.deep.equal([])
  })
})
