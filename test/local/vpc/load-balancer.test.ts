import type {ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import {run} from '../../../src/local/host/run.js'
import {configurationHash, readHealth} from '../../../src/local/vpc/balancer/health-file.js'
import type {VpcFabric} from '../../../src/local/vpc/vpc-fabric.js'
import {vpcFiles} from '../../../src/local/vpc/vpc-files.js'
import {balancedState, BALANCER, DNS_NAME, LOAD_BALANCER, TARGET_GROUP, type Balanced} from './balanced-world.js'
import {Lab, unmetNeed} from './lab.js'
import {instanceId, regionState, VPC, type Node, type Rule, type World} from './region-fixture.js'

/** Tells each caller where it came to, and the address it is seen with. */
const WHO = `
  const server = require('net').createServer(s => {
    s.on('error', () => {})
    s.end(s.localAddress + ' ' + s.remoteAddress)
  })
  server.listen(Number(process.argv[1]), '0.0.0.0', () => console.log('ready'))`

/** Prints what each of four calls was told, or why it was not. */
const FOUR_CALLS = `
  const [host, port] = process.argv.slice(1)
  const call = left => {
    if (left === 0) return
    const s = require('net').connect({host, port: Number(port)})
    const end = text => { console.log(text); s.removeAllListeners().on('error', () => {}).destroy(); call(left - 1) }
    s.setTimeout(5000, () => end('silent'))
    s.on('error', e => end(e.code)).setEncoding('utf8').on('data', end)
  }
  call(4)`

/** Asks for a line every now and then on one connection, and prints how that ends. */
const LASTING = `
  const s = require('net').connect(Number(process.argv[2]), process.argv[1])
  const end = text => { console.log(text); process.exit() }
  s.on('error', e => end(e.code)).on('close', () => end('closed'))
  s.once('connect', () => console.log('ready'))
  setInterval(() => s.write('.'), 50)`

const SINK = `
  require('net').createServer(s => s.on('error', () => {}).resume())
    .listen(Number(process.argv[1]), '0.0.0.0', () => console.log('ready'))`

const A = '10.240.0.11'
const B = '10.240.1.12'
const ALL_OUT: Rule = {protocol: '-1', to: '0.0.0.0/0'}

describe('a load balancer in a VPC', function () {
  this.timeout(60_000)
  let lab: Lab
  let fabric: VpcFabric
  let nodes: readonly Node[]
  let publicIps: [string, string]
  let listeners: Record<'a' | 'b', ChildProcess>

  const groups = {
    lb: [{protocol: 'tcp', ports: [443, 443], from: '0.0.0.0/0'}, ALL_OUT],
    web: [{protocol: 'tcp', ports: [80, 80], from: 'lb'}, ALL_OUT],
  } satisfies World['groups']

  /** Resolves once the load balancer's process works with what it was told. */
  const sync = async (world: Partial<Balanced> = {}): Promise<void> => {
    const routes: World['routes'] = [['0.0.0.0/0', 'igw']]
    await fabric.syncVpc(balancedState({nodes, groups, routes, publicIps, targets: ['a', 'b'], ...world}), VPC)
    const {config, health} = vpcFiles(lab.directory).balancer(VPC, LOAD_BALANCER)
    const wanted = configurationHash(readFileSync(config, 'utf8'))
    while (readHealth(health)?.configuration !== wanted) await sleep(20)
  }
  const health = (name: string): Promise<string> =>
    fabric.targetHealth(LOAD_BALANCER, TARGET_GROUP, {id: instanceId(name), port: 80, checkedFrom: ''})
  const healthy = async (wanted: Record<string, string>): Promise<void> => {
    for (const [name, state] of Object.entries(wanted)) while ((await health(name)) !== state) await sleep(20)
  }
  /** Targets that four calls came to, each once, and how these were seen. */
  const reached = async (zone: 0 | 1): Promise<string[]> => {
    const said = await lab.script(undefined, FOUR_CALLS, publicIps[zone], '443')
    return [...new Set(said.split('\n'))].sort()
  }
  const operator = (): string => lab.publicIp(769)

  before(async function () {
    const why = unmetNeed()
    if (why !== undefined) {
      console.log(`    skipped: ${why}`)
      this.skip()
    }
    lab = await Lab.open(() => [])
    fabric = lab.fabric()
    publicIps = [lab.publicIp(20), lab.publicIp(21)]
    nodes = [
      {name: 'a', subnet: 0, address: A, publicIp: lab.publicIp(5), groups: ['web']},
      {name: 'b', subnet: 1, address: B, publicIp: lab.publicIp(6), groups: ['web']},
    ]
    await sync()
    const listen = (name: string) => lab.listen(lab.namespaceOf(name), 80, WHO)
    listeners = {a: await listen('a'), b: await listen('b')}
  })
  beforeEach(async () => {
    await sync()
    await healthy({a: 'healthy', b: 'healthy'})
  })
  after(async () => {
    if (lab as Lab | undefined) await lab.close(fabric)
  })

  it('brings the host from its public address to the targets of that zone', async () => {
    expect(await reached(0)).to.deep.equal([`${A} ${BALANCER[0]}`])
    expect(await reached(1)).to.deep.equal([`${B} ${BALANCER[1]}`])
  })

  it('brings it to all targets across zones', async () => {
    await sync({crossZone: true})
    while ((await reached(0)).length === 1) await sleep(50)
    expect(await reached(0)).to.deep.equal([`${A} ${BALANCER[0]}`, `${B} ${BALANCER[0]}`])
  })

  it('shows targets the client where its address is preserved; their group still only names the load balancer’s', async () => {
    await sync({groupAttributes: {'preserve_client_ip.enabled': 'true'}})
    while ((await reached(0))[0] !== `${A} ${operator()}`) await sleep(50)
    expect(await lab.callInVain(undefined, lab.publicIp(5), 80)).to.equal('silent')
    expect(await reached(1)).to.deep.equal([`${B} ${operator()}`])
  })

  it('lets a target reach itself, but not where its own address is preserved', async () => {
    const a = lab.namespaceOf('a')
    expect(await lab.call(a, BALANCER[0], 443)).to.equal(`${A} ${BALANCER[0]}`)
    expect(await lab.call(a, publicIps[1], 443), 'through the gateway').to.equal(`${B} ${BALANCER[1]}`)
    await sync({groupAttributes: {'preserve_client_ip.enabled': 'true'}})
    while ((await reached(0))[0] !== `${A} ${operator()}`) await sleep(50)
    expect(await lab.callInVain(a, BALANCER[0], 443)).to.equal('silent')
    // Of another machine, though, and with that machine's address.
    expect(await lab.call(a, BALANCER[1], 443)).to.equal(`${B} ${A}`)
  })

  it('lets in whom its own group lets in, and forwards no other port', async () => {
    const strict: Rule[] = [{protocol: 'tcp', ports: [443, 444], from: '203.0.113.0/24'}, ALL_OUT]
    await sync({groups: {...groups, lb: strict}})
    expect(await lab.callInVain(undefined, publicIps[0], 443)).to.equal('silent')
    await sync({groups: {...groups, lb: [{...strict[0], protocol: 'tcp', from: '0.0.0.0/0'}, ALL_OUT]}})
    expect(
      await Promise.all([lab.call(undefined, publicIps[0], 443), lab.callInVain(undefined, publicIps[0], 444)]),
    ).to.deep.equal([`${A} ${BALANCER[0]}`, 'silent'])
  })

  it('checks health under the rules of both groups', async () => {
    await sync({groups: {...groups, web: [ALL_OUT]}})
    await healthy({a: 'unhealthy', b: 'unhealthy'})
    await sync({groups: {...groups, lb: groups.lb.slice(0, 1)}})
    await sleep(1200)
    expect([await health('a'), await health('b')]).to.deep.equal(['unhealthy', 'unhealthy'])
  })

  it('takes an unhealthy target out, its zone out of the name, and both in again', async () => {
    const names = (): string[] =>
      readFileSync(lab.hostsFile, 'utf8')
        .split('\n')
        .filter(line => line.includes(DNS_NAME))
        .map(line => line.split(' ')[0] ?? '')
    while (names().length < 2) await sleep(50)
    expect(names()).to.deep.equal(publicIps)
    await sync({crossZone: true})
    listeners.a.kill('SIGKILL')
    await healthy({a: 'unhealthy'})
    while ((await reached(0)).length > 1) await sleep(50)
    expect(await reached(0)).to.deep.equal([`${B} ${BALANCER[0]}`])
    await sync()
    while (names().length > 1) await sleep(50)
    expect(names()).to.deep.equal([publicIps[1]])
    listeners.a = await lab.listen(lab.namespaceOf('a'), 80, WHO)
    await healthy({a: 'healthy'})
    while (names().length < 2) await sleep(50)
  })

  it('ends the connections of a target that becomes unhealthy', async () => {
    const [a] = [lab.namespaceOf('a')]
    listeners.a.kill('SIGKILL')
    await once(listeners.a, 'close')
    const sink = await lab.listen(a, 80, SINK)
    await sync({crossZone: true, targets: ['a']})
    await healthy({a: 'healthy'})
    const lasting = await lab.lasting(LASTING, publicIps[0], '443')
    await sync({crossZone: true})
    await healthy({b: 'healthy'})
    // What is established goes on, but nobody can open a connection to a, not even to check it.
    await sync({crossZone: true, nodes: nodes.map(node => (node.name === 'a' ? {...node, groups: ['lb']} : node))})
    await healthy({a: 'unhealthy'})
    expect(await lasting.end).to.match(/^(ECONNRESET|EPIPE)$/)
    sink.kill('SIGKILL')
    await once(sink, 'close')
    await sync()
    listeners.a = await lab.listen(a, 80, WHO)
  })

  it('refuses connections where it has no targets, and sends to all where none is healthy', async () => {
    await sync({targets: []})
    while ((await lab.call(undefined, publicIps[0], 443)) !== 'ECONNREFUSED') await sleep(50)
    await sync({healthCheck: {port: '81'}})
    await healthy({a: 'unhealthy', b: 'unhealthy'})
    expect(await reached(0)).to.deep.equal([`${A} ${BALANCER[0]}`])
  })

  it('leaves a zone and comes back to it', async () => {
    await sync({oneZone: true})
    expect(await lab.callInVain(undefined, publicIps[1], 443)).to.equal('silent')
    expect(await reached(0)).to.deep.equal([`${A} ${BALANCER[0]}`])
    await sync()
    await healthy({b: 'healthy'})
    while ((await lab.call(undefined, publicIps[1], 443)) !== `${B} ${BALANCER[1]}`) await sleep(50)
  })

  it('is not there before it is active', async () => {
    await sync({state: 'provisioning'})
    while ((await lab.callInVain(undefined, publicIps[0], 443)) !== 'silent') await sleep(50)
  })

  it('is resolved in the VPC to its public addresses', async () => {
    const code = `
      const {Resolver} = require('dns').promises
      const r = new Resolver(); r.setServers(['169.254.169.253'])
      r.resolve4(process.argv[1]).then(found => console.log(found.sort().join(' ')), e => console.log(e.code))`
    const ask = (name: string) => lab.script(lab.namespaceOf('a'), code, name)
    expect(await ask(DNS_NAME)).to.equal([...publicIps].sort().join(' '))
    expect(await ask(`no-${DNS_NAME}`)).to.equal('ENOTFOUND')
  })

  it('outlives the daemon and its own process, and goes without a trace', async () => {
    const namespace = lab.names.loadBalancerNamespace(LOAD_BALANCER)
    /** Those that are the balancer: what compiles its source and what it runs are there, too, for a while. */
    const pids = async (): Promise<string> =>
      (await run('ip', ['netns', 'pids', namespace]))
        .split('\n')
        .filter(pid => pid !== '' && commandOf(pid).includes('balancer/main'))
        .join(' ')
    const before = await pids()
    await fabric.close()
    expect(await reached(0)).to.deep.equal([`${A} ${BALANCER[0]}`])
    fabric = lab.fabric()
    await sync()
    expect(await pids(), 'adopted').to.equal(before)
    process.kill(Number(before), 'SIGKILL')
    const {processFile} = vpcFiles(lab.directory).balancer(VPC, LOAD_BALANCER)
    /** Undefined while there is no such file, which is removed before another process is started. */
    const written = (): string | undefined => {
      try {
        return String((JSON.parse(readFileSync(processFile, 'utf8')) as {pid: number}).pid)
      } catch {
        return undefined
      }
    }
    // It is written after what is known then has been reported.
    while ([before, undefined].includes(written())) await sleep(50)
    expect(await pids()).to.equal(written())
    expect(await health('a'), 'what was known').to.equal('healthy')

    const routes: World['routes'] = [['0.0.0.0/0', 'igw']]
    await fabric.syncVpc(regionState({nodes, groups, routes}), VPC)
    expect((await lab.leftovers()).filter(line => line.includes('-lb-'))).to.deep.equal([])
    expect(readFileSync(lab.hostsFile, 'utf8')).to.equal('127.0.0.1 localhost\n')
    expect(await run('nft', ['list', 'tables'])).not.to.include('balancer')
    const router = await run('ip', ['-n', lab.router, 'rule', 'show'])
    expect(router).not.to.include('fwmark')
  })
})

/** Empty if it has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
