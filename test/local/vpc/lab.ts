import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {type Cidr, formatIpv4} from '../../../src/cluster/cidr.js'
import {type RegionNames, regionNames} from '../../../src/local/host/names.js'
import {run} from '../../../src/local/host/run.js'
import {choosePublicRange, routedBlocks} from '../../../src/local/vpc/public-range.js'
import {createVpcFabric, type VpcFabric} from '../../../src/local/vpc/vpc-fabric.js'
import {instanceId, regionState, VPC, type World} from './region-fixture.js'

/** Why packets cannot be tried here; undefined where they can. As root with CI=true a skip would hide a failure. */
export function unmetNeed(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  if (process.getuid?.() !== 0) return 'making network namespaces needs root'
  const missing = ['ip', 'nft', 'sysctl', 'nsenter'].filter(program => spawnSync(program, ['-V']).error !== undefined)
  if (missing.length === 0) return undefined
  if (process.env['CI'] === 'true') throw new Error(`install ${missing.join(', ')}: with CI=true nothing is skipped`)
  return `${missing.join(', ')} not installed`
}

/** Accepts on a port for ever; tells each caller the address it is seen with. */
const LISTENER = `
  const server = require('net').createServer(s => { s.on('error', () => {}); s.end(s.remoteAddress) })
  server.listen(Number(process.argv[1]), '0.0.0.0', () => console.log('ready'))`

/** Prints what the listener said, or why it did not. */
const CALLER = `
  const [host, port, ms, from] = process.argv.slice(1)
  const s = require('net').connect({host, port: Number(port), ...(from ? {localAddress: from} : {})})
  const end = text => { console.log(text); process.exit() }
  s.setTimeout(Number(ms), () => end('silent'))
  s.on('error', e => end(e.code))
  s.setEncoding('utf8').on('data', end)`

/** Prints the text of every datagram that arrives on a UDP port, a line each. */
const MAILBOX = `
  const socket = require('dgram').createSocket('udp4')
  socket.on('message', text => console.log(String(text)))
  socket.bind(Number(process.argv[1]), () => console.log('ready'))`

const SENDER = `
  const [host, port, text] = process.argv.slice(1)
  const socket = require('dgram').createSocket('udp4')
  socket.send(text, Number(port), host, () => socket.close())`

/** Texts that arrived, for packets that need no answer: what drops answers cannot be taken for what drops questions. */
export interface Mailbox {
  /** Resolves with all that came until `text` did. */
  until(text: string): Promise<string[]>
}

/** A region of its own on this host, in a directory of its own. */
export class Lab {
  readonly directory = mkdtempSync(join(tmpdir(), 'khw-vpc-'))
  readonly cache = join(this.directory, 'cache')
  /** Stands for the host's own. */
  readonly hostsFile = join(this.directory, 'hosts')
  readonly names: RegionNames = regionNames(this.directory)
  readonly publicRange: Cidr
  private readonly children: ChildProcess[] = []

  private constructor(
    routes: string,
    readonly resolvers: () => readonly string[],
  ) {
    mkdirSync(this.cache)
    writeFileSync(this.hostsFile, '127.0.0.1 localhost\n')
    this.publicRange = choosePublicRange(this.names.prefix, routedBlocks(routes, this.names.prefix))
  }

  static async open(resolvers: () => readonly string[]): Promise<Lab> {
    return new Lab(await run('ip', ['-j', '-4', 'route', 'show', 'table', 'all']), resolvers)
  }

  /** As a daemon starts: each knows nothing of what the one before did. */
  fabric(): VpcFabric {
    const {names, directory, cache, publicRange, resolvers, hostsFile} = this
    return createVpcFabric({names, directory, cacheDirectory: cache, publicRange, resolvers, hostsFile})
  }

  async sync(fabric: VpcFabric, world: World): Promise<void> {
    await fabric.syncVpc(regionState(world), VPC)
  }

  publicIp(index: number): string {
    return formatIpv4(this.publicRange.base + index)
  }

  get router(): string {
    return this.names.vpcNamespace(VPC)
  }

  namespaceOf(node: string): string {
    return this.names.instanceNamespace(instanceId(node))
  }

  /** A node program in a namespace, or on the host where there is none; its arguments and what it printed. */
  async script(namespace: string | undefined, code: string, ...args: string[]): Promise<string> {
    const node = [process.execPath, '-e', code, '--', ...args]
    const command = namespace === undefined ? node : ['nsenter', `--net=/run/netns/${namespace}`, ...node]
    return (await run(command[0] ?? '', command.slice(1))).trim()
  }

  /** Listens on a TCP port until the lab closes. */
  async listen(namespace: string, port: number, code = LISTENER): Promise<ChildProcess> {
    const args = [`--net=/run/netns/${namespace}`, process.execPath, '-e', code, '--', String(port)]
    const child = spawn('nsenter', args, {stdio: ['ignore', 'pipe', 'inherit']})
    this.children.push(child)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', code => {
        reject(new Error(`the listener exited with ${code ?? 'a signal'}`))
      })
      child.stdout.once('data', () => {
        resolve()
      })
    })
    child.removeAllListeners('exit')
    return child
  }

  /** A program on the host that prints `ready` and, some time later, how it ended; resolves when it is ready. */
  async lasting(code: string, ...args: string[]): Promise<{readonly end: Promise<string>}> {
    const child = spawn(process.execPath, ['-e', code, '--', ...args], {stdio: ['ignore', 'pipe', 'inherit']})
    this.children.push(child)
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.value !== 'ready') throw new Error(`it said ${String(first.value)}`)
    return {end: lines.next().then(({value}) => String(value))}
  }

  /** Receives datagrams on a UDP port until the lab closes. */
  async mailbox(namespace: string, port: number): Promise<Mailbox> {
    const args = [`--net=/run/netns/${namespace}`, process.execPath, '-e', MAILBOX, '--', String(port)]
    const child = spawn('nsenter', args, {stdio: ['ignore', 'pipe', 'inherit']})
    this.children.push(child)
    const lines: string[] = []
    createInterface(child.stdout).on('line', line => {
      lines.push(line)
      child.emit('line')
    })
    const until = async (text: string): Promise<string[]> => {
      while (!lines.includes(text)) await once(child, 'line')
      return lines.splice(0).filter(line => line !== text)
    }
    await until('ready')
    return {until}
  }

  async send(namespace: string, host: string, port: number, text: string): Promise<void> {
    await this.script(namespace, SENDER, host, String(port), text)
  }

  /** The caller's address as the listener saw it; otherwise an error code, or `silent` after `ms`. */
  async call(namespace: string | undefined, host: string, port: number, ms = 5000, from = ''): Promise<string> {
    return this.script(namespace, CALLER, host, String(port), String(ms), from)
  }

  /** For packets that must not arrive: waits only as long as packets that do never took here. */
  async callInVain(namespace: string | undefined, host: string, port: number, from = ''): Promise<string> {
    return this.call(namespace, host, port, 700, from)
  }

  /** The process of the services, once it is alone in the router: what set it up may still be ending. */
  async servicesPid(): Promise<number> {
    for (;;) {
      const pids = (await run('ip', ['netns', 'pids', this.router])).trim()
      if (/^[1-9]\d*$/.test(pids)) return Number(pids)
    }
  }

  /** Everything on the host that carries the region's prefix. */
  async leftovers(): Promise<string[]> {
    const [links, tables, routes] = await Promise.all([
      run('ip', ['-br', 'link']),
      run('nft', ['list', 'tables']),
      run('ip', ['route', 'show', 'table', 'all']),
    ])
    const namespaces = readdirSync('/run/netns')
    return [...namespaces, ...links.split('\n'), ...tables.split('\n'), ...routes.split('\n')].filter(line =>
      line.includes(this.names.prefix),
    )
  }

  async close(fabric: VpcFabric): Promise<void> {
    for (const child of this.children) child.removeAllListeners('exit').kill('SIGKILL')
    await fabric.removeAll()
    await fabric.close()
    rmSync(this.directory, {recursive: true})
  }
}
