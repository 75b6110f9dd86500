import {spawn, type ChildProcess} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {createServer as createHttpsServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {TLSSocket} from 'node:tls'
import {expect} from 'chai'
import {ensurePki, type Pki} from '../../src/pki/pki.js'
import {DRAINED_ANNOTATION, spotDrainScript} from '../../src/templates/spot-drain.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {bundleOf, sampleCluster} from './sample-cluster.js'
import {sandbox, type Sandbox} from './shell.js'

const sample = sampleCluster('1.36')
const SPEC = {...sample.spec, spot: true} as const

interface Pod {
  readonly metadata: {
    readonly namespace: string
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {readonly kind: string; readonly controller: boolean}[]
  }
  readonly status?: {readonly phase: string}
}

const pod = (name: string, more: Partial<Pod['metadata']> = {}, phase = 'Running'): Pod => ({
  metadata: {namespace: 'default', name, ...more},
  status: {phase},
})

describe('the script that drains a spot worker', function () {
  this.timeout(30_000)
  let box: Sandbox
  let pki: Pki
  let imds: Server
  let api: ReturnType<typeof createHttpsServer>
  let script: ChildProcess | undefined

  let life: string
  let notice: string | undefined
  let node: {metadata: {annotations: Record<string, string>}; spec: {unschedulable?: boolean}}
  let pods: Pod[]
  let budgetRefusals: number
  /** As often as that, the API server fails to evict `broken`; all that is evicted is noted. */
  let failures: number
  let evictions: string[]
  let users: Set<string>
  let said: string

  before(async () => {
    pki = await ensurePki({spec: SPEC, publicIps: {}, secrets: new MemorySecretStore()})
  })

  beforeEach(async () => {
    life = 'spot'
    notice = undefined
    node = {metadata: {annotations: {}}, spec: {}}
    pods = []
    budgetRefusals = 0
    failures = 0
    evictions = []
    users = new Set()
    said = ''
    box = await sandbox()
    imds = createHttpServer(metadata)
    const {certificate: cert, privateKey: key} = pki.leaf('apiserver', 'controller-1')
    api = createHttpsServer({cert, key, ca: pki.ca.certificate, requestCert: true}, (request, response) => {
      void answer(request, response)
    })
    for (const server of [imds, api]) await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })

  afterEach(async () => {
    script?.kill('SIGKILL')
    for (const server of [imds, api]) {
      server.closeAllConnections()
      server.close()
    }
    await box.remove()
  })

  function metadata({method, url, headers}: IncomingMessage, response: ServerResponse): void {
    const values: Record<string, string | undefined> = {
      'instance-id': 'i-new',
      'instance-life-cycle': life,
      'spot/instance-action': notice,
    }
    if (method === 'PUT' && url === '/latest/api/token') return void response.end('a-token')
    const value = values[String(url).replace('/latest/meta-data/', '')]
    response.statusCode = headers['x-aws-ec2-metadata-token'] !== 'a-token' ? 401 : value === undefined ? 404 : 200
    response.end(value ?? '')
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(request.socket instanceof TLSSocket)) throw new Error('no TLS')
    users.add(String(request.socket.getPeerCertificate().subject.CN))
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const json = (status: number, value: unknown): void => {
      response.statusCode = status
      response.end(JSON.stringify(value))
    }
    const [path, query] = String(request.url).split('?')
    if (path === '/api/v1/nodes/worker-1' && request.method === 'GET') {
      json(200, node)
      return
    }
    if (path === '/api/v1/nodes/worker-1' && request.method === 'PATCH') {
      const change = JSON.parse(body) as {
        metadata: {annotations: Record<string, string | null>}
        spec: {unschedulable: true | null}
      }
      const mark = change.metadata.annotations[DRAINED_ANNOTATION]
      node = {
        metadata: {annotations: mark ? {[DRAINED_ANNOTATION]: mark} : {}},
        spec: change.spec.unschedulable === true ? {unschedulable: true} : {},
      }
      json(200, node)
      return
    }
    if (path === '/api/v1/pods' && query === 'fieldSelector=spec.nodeName%3Dworker-1') {
      json(200, {items: pods})
      return
    }
    const evicted = /^\/api\/v1\/namespaces\/default\/pods\/(\w+)\/eviction$/.exec(String(path))?.[1]
    if (evicted === undefined || request.method !== 'POST') {
      json(404, {})
      return
    }
    expect(JSON.parse(body)).to.deep.equal({
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: {name: evicted, namespace: 'default'},
    })
    if (evicted === 'guarded' && budgetRefusals > 0) {
      budgetRefusals -= 1
      json(429, {})
      return
    }
    if (evicted === 'broken' && failures > 0) {
      failures -= 1
      json(500, {})
      return
    }
    evictions.push(evicted)
    pods = pods.filter(each => each.metadata.name !== evicted)
    json(201, {})
  }

  const portOf = (server: {address(): unknown}): string => String((server.address() as AddressInfo).port)

  function start(rotated = false): ChildProcess {
    const [worker] = sample.workers
    if (!worker) throw new Error('no worker')
    const paths = {
      ca: join(box.root, 'ca.crt'),
      certificate: join(box.root, 'kubelet-client.crt'),
      key: join(box.root, 'kubelet-client.key'),
      rotated: join(box.root, 'kubelet-client-current.pem'),
      script: join(box.root, 's'),
    }
    writeFileSync(paths.ca, pki.ca.certificate)
    const user = pki.leaf('kubelet-client', 'worker-1')
    writeFileSync(paths.certificate, rotated ? 'it has ended' : user.certificate)
    writeFileSync(paths.key, user.privateKey)
    if (rotated) writeFileSync(paths.rotated, `${user.certificate}${user.privateKey}`)
    const text = spotDrainScript(SPEC, worker)
      .content.replace('http://169.254.169.254/', `http://127.0.0.1:${portOf(imds)}/`)
      .replace('https://127.0.0.1:6443', `https://127.0.0.1:${portOf(api)}`)
      .replace(/^CA = .*$/m, `CA = "${paths.ca}"`)
      .replace(/^ROTATED = .*$/m, `ROTATED = "${paths.rotated}"`)
      .replace(/^CERTIFICATE, KEY = .*$/m, `CERTIFICATE, KEY = "${paths.certificate}", "${paths.key}"`)
      .replace(/^POLL = .*$/m, 'POLL = 0.05')
      .replace('time.sleep(1 if', 'time.sleep(0.05 if')
    writeFileSync(paths.script, text)
    // A proxy that is not there: neither of the two is reached through one.
    const env = {...process.env, http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1'}
    script = spawn('python3', [paths.script], {env, stdio: ['ignore', 'pipe', 'pipe']})
    const collect = (data: Buffer): void => void (said += data.toString())
    script.stdout?.on('data', collect)
    script.stderr?.on('data', collect)
    return script
  }

  async function until(text: string): Promise<void> {
    const deadline = Date.now() + 20_000
    while (!said.includes(text)) {
      if (Date.now() > deadline) throw new Error(`it never said "${text}", but:\n${said}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  it('does nothing before the notice, then cordons and evicts what has to go, with the rights of the kubelet', async () => {
    pods = [
      pod('web'),
      pod('guarded'),
      pod('agent', {ownerReferences: [{kind: 'DaemonSet', controller: true}]}),
      pod('static', {annotations: {'kubernetes.io/config.mirror': 'x'}}),
      pod('job', {}, 'Succeeded'),
    ]
    budgetRefusals = 2
    start()
    await until('waiting for a notice')
    expect(node.spec).to.deep.equal({})
    notice = '{"action": "terminate", "time": "2026-11-26T04:00:00Z"}'
    await until('drained\n')
    expect(node).to.deep.equal({
      metadata: {annotations: {[DRAINED_ANNOTATION]: 'i-new'}},
      spec: {unschedulable: true},
    })
    expect(pods.map(each => each.metadata.name)).to.deep.equal(['agent', 'static', 'job'])
    expect(said).to.include('not yet: default/guarded')
    expect([...users]).to.deep.equal(['system:node:worker-1'])
  })

  it('evicts the others while one cannot be, and that one when it can', async () => {
    pods = [pod('broken'), pod('web'), pod('guarded')]
    failures = 3
    start()
    notice = '{}'
    await until('drained\n')
    expect(evictions).to.deep.equal(['web', 'guarded', 'broken'])
    expect(said).to.include('will try to evict default/broken again')
  })

  it('lets a node be used again that was drained for another machine', async () => {
    node = {metadata: {annotations: {[DRAINED_ANNOTATION]: 'i-old'}}, spec: {unschedulable: true}}
    start()
    await until('in the place of i-old: schedulable again')
    await until('waiting for a notice')
    expect(node).to.deep.equal({metadata: {annotations: {}}, spec: {}})
  })

  it('leaves a node cordoned that somebody else has cordoned, or it itself for this machine', async () => {
    for (const annotations of [{}, {[DRAINED_ANNOTATION]: 'i-new'}]) {
      said = ''
      node = {metadata: {annotations}, spec: {unschedulable: true}}
      start()
      await until('waiting for a notice')
      notice = '{}'
      await until('drained\n')
      expect(node).to.deep.equal({metadata: {annotations}, spec: {unschedulable: true}})
      script?.kill('SIGKILL')
      notice = undefined
    }
  })

  it('is known by what the kubelet was issued last, where that is not what it was given', async () => {
    start(true)
    await until('waiting for a notice')
    expect([...users]).to.deep.equal(['system:node:worker-1'])
  })

  it('ends well on a machine that is on demand, which also takes the place of one that was drained', async () => {
    life = 'on-demand'
    node = {metadata: {annotations: {[DRAINED_ANNOTATION]: 'i-old'}}, spec: {unschedulable: true}}
    const exit = await new Promise(resolve => start().once('exit', resolve))
    expect(exit).to.equal(0)
    expect(node.spec).to.deep.equal({})
  })

  it('is on workers of clusters that ask for spot instances, and on no others', () => {
    const paths = (spot: boolean, name: string): string[] =>
      bundleOf(spot ? {...sample, spec: {...sample.spec, spot: true}} : sample, name).files.map(file => file.path)
    const own = ['/usr/local/sbin/khw-spot-drain', '/etc/systemd/system/khw-spot-drain.service']
    expect(paths(true, 'worker-1')).to.include.members(own)
    expect(paths(true, 'controller-1')).not.to.include.members(own)
    expect(paths(false, 'worker-1')).not.to.include.members(own)
    expect(bundleOf({...sample, spec: SPEC}, 'worker-2').files.find(file => file.path === own[0])?.content).to.include(
      'NODE = "worker-2"',
    )
  })
})
