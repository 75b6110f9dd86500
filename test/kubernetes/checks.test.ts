import {expect} from 'chai'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import {networkCheck, workersReady} from '../../src/kubernetes/checks.js'
import type {Manifest} from '../../src/kubernetes/objects.js'
import type {Pki} from '../../src/pki/pki.js'
import {LoopbackApi, READY, refusal, testPki, type Answer, type Seen} from './loopback.js'

const WORKERS = ['worker-1', 'worker-2']
const IPS: Readonly<Record<string, string>> = {'worker-1': '10.200.1.2', 'worker-2': '10.200.2.2'}
const GOOD_LOG = [
  'ip 10.200.1.2 worker-1',
  'ip 10.200.2.2 worker-2',
  'service worker-2',
  'service worker-2,worker-1',
  'done',
  '',
]

/** A cluster as the check sees it: what was made is remembered, pods run at once, logs are as given. */
class StubCluster {
  readonly objects = new Map<string, unknown>()
  logs: Record<string, string> = {'worker-1': GOOD_LOG.join('\n'), 'worker-2': GOOD_LOG.join('\n')}
  podStatus: (worker: string) => object = worker => ({
    phase: 'Running',
    podIP: IPS[worker],
    containerStatuses: [{name: 'check', ready: true, state: {running: {}}}],
  })
  log: (worker: string) => Answer = worker => ({body: this.logs[worker] ?? ''})
  readonly targets: Record<string, string> = {}

  handle({method, path, body}: Seen): Answer {
    if (path === '/readyz') return READY
    const pod = /\/pods\/(worker-\d)/.exec(path)?.[1]
    if (path.endsWith('/log')) return pod !== undefined && pod in this.targets ? this.log(pod) : {body: ''}
    if (method === 'PATCH' && pod !== undefined) {
      Object.assign(this.targets, {[pod]: Object.values((body as Manifest).metadata.annotations ?? {})[0]})
      return {body}
    }
    if (method === 'PATCH' || method === 'POST')
      return this.#write(method === 'POST' ? `${path}/${nameOf(body)}` : path, body)
    if (method === 'DELETE') return this.#remove(path)
    const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object)
    return {body: {items: path.endsWith('/pods') ? items.map(item => this.#running(item as Manifest)) : items}}
  }

  #write(path: string, body: unknown): Answer {
    this.objects.set(path, body)
    return {
      status: 201,
      body: path.includes('/services/') ? {...(body as Manifest), spec: {clusterIP: '10.32.0.77'}} : body,
    }
  }

  /** A namespace takes with it what it holds, a collection its items. */
  #remove(path: string): Answer {
    for (const key of [...this.objects.keys()]) if (key === path || key.startsWith(`${path}/`)) this.objects.delete(key)
    return {}
  }

  #running(pod: Manifest): unknown {
    return {...pod, status: this.podStatus(pod.metadata.name)}
  }
}

function nameOf(body: unknown): string {
  return (body as Manifest).metadata.name
}

describe('networkCheck', () => {
  let pki: Pki
  let cluster: StubCluster
  let server: LoopbackApi
  let api: KubernetesApi

  before(async () => {
    pki = await testPki()
  })

  beforeEach(async () => {
    cluster = new StubCluster()
    server = await LoopbackApi.start(pki, seen => cluster.handle(seen))
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, ...pki.leaf('admin')})
  })

  afterEach(() => {
    api.close()
    server.stop()
  })

  function check(more: {signal?: AbortSignal; onProgress?: (text: string) => void} = {}) {
    return networkCheck({api, workers: WORKERS, image: 'check:1', patience: {pods: 300, probes: 300}, ...more})
  }

  it('passes when every pod answered every pod, and leaves nothing', async () => {
    const checks = await check()
    expect(checks).to.deep.equal([
      {name: 'pods', ok: true, detail: 'A pod runs on each of 2 workers'},
      {name: 'pod-logs', ok: true, detail: 'The API server reads logs from each of 2 kubelets'},
      {name: 'pod-network', ok: true, detail: 'Each pod reaches each pod by its address (4 of 4 ways)'},
      {name: 'service', ok: true, detail: 'The Service is reached from each of 2 workers'},
    ])
    expect(cluster.targets).to.deep.equal({
      'worker-1': '10.200.1.2 10.200.2.2 service 10.32.0.77',
      'worker-2': '10.200.1.2 10.200.2.2 service 10.32.0.77',
    })
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })

  it('runs its pods on their workers, whatever their taints, without rights', async () => {
    await check()
    const pods = server.seen.filter(({method}) => method === 'POST').map(({body}) => body as Manifest)
    const specs = pods.map(pod => pod['spec'] as Record<string, unknown>)
    expect(specs.map(spec => spec['nodeName'])).to.have.members(WORKERS)
    for (const spec of specs) {
      expect(spec['tolerations']).to.deep.equal([{operator: 'Exists'}])
      expect(spec['automountServiceAccountToken']).to.equal(false)
      expect(spec['terminationGracePeriodSeconds']).to.equal(0)
    }
  })

  it('removes what an earlier check left', async () => {
    for (const path of ['/api/v1/namespaces/khw-check-0', '/api/v1/namespaces/khw-check-0/pods/worker-1'])
      cluster.objects.set(path, {metadata: {name: path.endsWith('0') ? 'khw-check-0' : 'worker-1'}})
    await check()
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })

  it('names the ways that do not work', async () => {
    cluster.logs = {
      'worker-1': 'ip 10.200.1.2 worker-1\nservice worker-1\n',
      'worker-2': 'ip 10.200.1.2 worker-2\nip 10.200.2.2 worker-2\n',
    }
    const [, , network, service] = await check()
    expect(network).to.deep.equal({
      name: 'pod-network',
      ok: false,
      detail:
        '2 of 4 ways between pods work; worker-1 -> worker-2 (10.200.2.2): no answer; ' +
        'worker-2 -> worker-1 (10.200.1.2): worker-2 answered',
    })
    expect(service?.ok).to.equal(false)
    expect(service?.detail).to.contain('worker-1: only its own pod answered; worker-2: no answer')
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })

  it('says why a pod does not run', async () => {
    const message = 'Back-off pulling image "check:1"'
    cluster.podStatus = worker =>
      worker === 'worker-1'
        ? {phase: 'Running', podIP: '10.200.1.2', containerStatuses: [{name: 'check', ready: true, state: {}}]}
        : {
            phase: 'Pending',
            containerStatuses: [{name: 'check', ready: false, state: {waiting: {reason: 'ImagePullBackOff', message}}}],
          }
    expect(await check()).to.deep.equal([
      {name: 'pods', ok: false, detail: `No running pod on worker-2: ImagePullBackOff: ${message}`},
    ])
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })

  it('makes a finding of a kubelet that gives no logs', async () => {
    cluster.log = () => refusal(403, 'Forbidden', 'Forbidden (user=kube-apiserver-kubelet-client)')
    const checks = await check()
    expect(checks.map(({name, ok}) => [name, ok])).to.deep.equal([
      ['pods', true],
      ['pod-logs', false],
    ])
    expect(checks[1]?.detail)
      .to.contain('worker-2: The API server')
      .and.to.contain('user=kube-apiserver-kubelet-client')
  })

  it('cleans up when it is interrupted', async () => {
    const stop = new AbortController()
    cluster.podStatus = () => {
      setImmediate(() => {
        stop.abort(new Error('interrupted'))
      })
      return {phase: 'Pending'}
    }
    const error: unknown = await check({signal: stop.signal}).catch((thrown: unknown) => thrown)
    expect(String(error)).to.equal('Error: interrupted')
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })

  it('tells which workers are not Ready, and why', async () => {
    const node = (name: string, status: string, message: string) => ({
      metadata: {name},
      status: {conditions: [{type: 'Ready', status, message}]},
    })
    cluster.objects.set('/api/v1/nodes/worker-1', node('worker-1', 'True', 'kubelet is posting ready status'))
    expect(await workersReady(api, ['worker-1'])).to.deep.equal({
      name: 'workers',
      ok: true,
      detail: '1 of 1 workers are Ready',
    })
    cluster.objects.set('/api/v1/nodes/worker-2', node('worker-2', 'False', 'cni plugin not initialized'))
    expect(await workersReady(api, ['worker-1', 'worker-2', 'worker-3'])).to.deep.equal({
      name: 'workers',
      ok: false,
      detail: 'worker-2: cni plugin not initialized; worker-3 has not registered',
    })
  })
})
