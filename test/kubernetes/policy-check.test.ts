import {expect} from 'chai'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import type {Manifest} from '../../src/kubernetes/objects.js'
import {policyCheck} from '../../src/kubernetes/policy-check.js'
import type {Pki} from '../../src/pki/pki.js'
import {LoopbackApi, READY, testPki, type Answer, type Seen} from './loopback.js'

/** A cluster whose pods run at once; `open` says which of them reach the server once there is a policy. */
class StubCluster {
  readonly objects = new Map<string, Manifest>()
  open: readonly string[] = ['friend']
  runs = true

  handle({method, path, body}: Seen): Answer {
    if (path === '/readyz') return READY
    if (path.endsWith('/log')) return this.#log(path.split('/').at(-2) ?? '')
    if (method === 'DELETE') {
      // A namespace takes with it what is in it, of other API groups too.
      const inside = `${path.replace('/api/v1', '')}/`
      for (const key of [...this.objects.keys()]) if (key === path || key.includes(inside)) this.objects.delete(key)
      return {}
    }
    if (method !== 'GET') {
      const object = body as Manifest
      this.objects.set(method === 'POST' ? `${path}/${object.metadata.name}` : path, object)
      return {status: 201, body}
    }
    const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object)
    const status = this.runs ? {phase: 'Running', podIP: '10.200.1.9'} : {phase: 'Pending'}
    return {body: {items: path.endsWith('/pods') ? items.map(item => ({...item, status})) : items}}
  }

  #log(pod: string): Answer {
    const policy = [...this.objects.values()].some(({kind}) => kind === 'NetworkPolicy')
    return {body: !policy || this.open.includes(pod) ? 'open\n' : 'closed\n'}
  }
}

describe('policyCheck', () => {
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

  const check = (workers = ['worker-1', 'worker-2']) =>
    policyCheck({api, workers, image: 'check:1', patience: {pods: 300, policy: 300, settled: 1}})

  it('passes where a policy keeps strangers out, near and far, and lets friends in; leaves nothing', async () => {
    expect(await check()).to.deep.equal([
      {
        name: 'policy-denial',
        ok: true,
        detail: 'A NetworkPolicy keeps pods from worker-1 and worker-2 out of a pod on worker-1',
      },
      {name: 'policy-allowance', ok: true, detail: 'A pod that the NetworkPolicy lets in gets there'},
    ])
    expect([...cluster.objects.keys()]).to.deep.equal([])
    const pods = server.seen.filter(({method}) => method === 'POST').map(({body}) => body as Manifest)
    const placed = pods.map(pod => [pod.metadata.name, (pod['spec'] as {nodeName: string}).nodeName])
    expect(placed).to.have.deep.members([
      ['server', 'worker-1'],
      ['near', 'worker-1'],
      ['far', 'worker-2'],
      ['friend', 'worker-2'],
    ])
  })

  it('fails where one gets through, and says from where', async () => {
    cluster.open = ['far', 'friend']
    const [denial, allowance] = await check()
    expect(denial?.ok).to.equal(false)
    expect(denial?.detail).to.match(/^Pods on worker-2 reach a pod on worker-1 that a NetworkPolicy keeps them from/)
    expect(allowance?.ok).to.equal(true)
  })

  it('fails where nobody gets through any more', async () => {
    cluster.open = []
    const checks = await check()
    expect(checks.map(({ok}) => ok)).to.deep.equal([true, false])
  })

  it('needs no second worker, and says so where no pod runs', async () => {
    expect((await check(['worker-1']))[0]?.detail).to.equal(
      'A NetworkPolicy keeps pods on worker-1 out of a pod on worker-1',
    )
    cluster.runs = false
    expect(await check()).to.deep.equal([{name: 'policy-pods', ok: false, detail: 'No pod runs on worker-1'}])
    expect([...cluster.objects.keys()]).to.deep.equal([])
  })
})
