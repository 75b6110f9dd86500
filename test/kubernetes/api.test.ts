import {createServer} from 'node:net'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {expect} from 'chai'
import type {KhwError} from '../../src/errors.js'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import {KubernetesApiError} from '../../src/kubernetes/api-error.js'
import type {Manifest} from '../../src/kubernetes/objects.js'
import type {Pki} from '../../src/pki/pki.js'
import {LoopbackApi, READY, refusal, testPki, type Handler} from './loopback.js'

const NODES = {body: {items: [{metadata: {name: 'worker-1'}}]}}
const CONFIG_MAP: Manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: 'c', namespace: 'n'},
  data: {a: 'b'},
}

/** Ready, and answers everything else as told. */
function ready(handler: Handler): Handler {
  return seen => (seen.path === '/readyz' ? READY : handler(seen))
}

async function thrownBy(promise: Promise<unknown>): Promise<KhwError> {
  return promise.then(
    value => expect.fail(`did not throw but gave ${JSON.stringify(value)}`),
    (error: unknown) => error as KhwError,
  )
}

describe('KubernetesApi', () => {
  let pki: Pki
  const open: {close?: () => void; stop?: () => void}[] = []

  before(async () => {
    pki = await testPki()
  })

  afterEach(() => {
    for (const it of open.splice(0)) (it.close ?? it.stop)?.call(it)
  })

  async function server(handler: Handler): Promise<LoopbackApi> {
    const api = await LoopbackApi.start(pki, handler)
    open.push(api)
    return api
  }

  function client(endpoints: readonly string[], signal?: AbortSignal): KubernetesApi {
    const api = new KubernetesApi({
      endpoints,
      ca: pki.ca.certificate,
      ...pki.leaf('admin'),
      ...(signal ? {signal} : {}),
    })
    open.push(api)
    return api
  }

  describe('calls', () => {
    it('reads with its certificate, asking once who is ready', async () => {
      const one = await server(ready(() => NODES))
      const api = client([one.url])
      expect((await api.nodes()).map(node => node.metadata.name)).to.deep.equal(['worker-1'])
      await api.pods('kube-system')
      expect(one.seen.map(({path}) => path)).to.deep.equal([
        '/readyz',
        '/api/v1/nodes',
        '/api/v1/namespaces/kube-system/pods',
      ])
      expect(new Set(one.seen.map(({user}) => user))).to.deep.equal(new Set(['khw-admin']))
    })

    it('gives undefined for what is not there, and deletes it without complaint', async () => {
      const one = await server(ready(() => refusal(404, 'NotFound', 'secrets "s" not found')))
      const api = client([one.url])
      expect(await api.get('/api/v1/namespaces/n/secrets/s')).to.equal(undefined)
      expect(await api.list('/apis/example.com/v1/things')).to.deep.equal([])
      expect(await api.patch('/api/v1/namespaces/n/secrets/s', {})).to.equal(undefined)
      await api.delete('/api/v1/namespaces/n/secrets/s', {gracePeriodSeconds: 0})
      expect(one.seen.at(-1)).to.deep.include({method: 'DELETE', type: 'application/json'})
      expect(one.seen.at(-1)?.body).to.include({gracePeriodSeconds: 0, propagationPolicy: 'Background'})
    })

    it('applies on the server, as khw and by force', async () => {
      const one = await server(ready(({body}) => ({status: 201, body})))
      const name = 'khw:cluster-admins'
      const binding = {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: {name}}
      expect(await client([one.url]).apply(binding)).to.deep.equal(binding)
      const seen = one.seen.at(-1)
      expect(seen).to.deep.include({method: 'PATCH', type: 'application/apply-patch+yaml'})
      expect(seen?.path).to.equal('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/khw:cluster-admins')
      expect(Object.fromEntries(seen?.query ?? [])).to.deep.equal({fieldManager: 'khw', force: 'true'})
    })

    it('says what the server said where it refuses, and who asked what', async () => {
      const one = await server(
        ready(() => refusal(403, 'Forbidden', 'nodes is forbidden: User "khw-admin" cannot list')),
      )
      const error = await thrownBy(client([one.url]).nodes())
      expect(error).to.be.instanceOf(KubernetesApiError)
      expect(error).to.include({code: 'KUBERNETES_API', status: 403, reason: 'Forbidden'})
      expect(error.message).to.contain(
        `${one.url} refused GET /api/v1/nodes (403): nodes is forbidden: User "khw-admin"`,
      )
      expect(one.calls).to.have.length(1)
    })

    it('reports a refusal that is no Status object too', async () => {
      const one = await server(ready(() => ({status: 418, body: 'short and stout'})))
      expect((await thrownBy(client([one.url]).nodes())).message).to.contain('(418): short and stout')
    })

    it('tells that something exists already', async () => {
      const one = await server(ready(() => refusal(409, 'AlreadyExists', 'configmaps "c" already exists')))
      const error = await thrownBy(client([one.url]).create(CONFIG_MAP))
      expect(error).to.include({status: 409, reason: 'AlreadyExists'})
      expect(one.calls).to.deep.equal(['POST /api/v1/namespaces/n/configmaps'])
    })

    it('takes as created what its own first attempt created though the answer was lost', async () => {
      let posts = 0
      const one = await server(
        ready(({method}) => {
          if (method === 'GET') return {body: CONFIG_MAP}
          posts += 1
          return posts === 1 ? 'reset' : refusal(409, 'AlreadyExists', 'configmaps "c" already exists')
        }),
      )
      expect(await client([one.url]).create(CONFIG_MAP)).to.deep.equal(CONFIG_MAP)
    })

    it('comes again when told to', async () => {
      let calls = 0
      const one = await server(
        ready(() => {
          calls += 1
          return calls < 3 ? {status: 429, headers: {'retry-after': '0.01'}} : NODES
        }),
      )
      expect(await client([one.url]).nodes()).to.have.length(1)
      expect(calls).to.equal(3)
    })

    it('stops on its signal, with its reason', async () => {
      const stop = new AbortController()
      const one = await server(
        ready(() => {
          setImmediate(() => {
            stop.abort(new Error('interrupted'))
          })
          return 'hang'
        }),
      )
      expect((await thrownBy(client([one.url], stop.signal).nodes())).message).to.equal('interrupted')
      expect(one.calls).to.have.length(1)
    })
  })

  describe('endpoints', () => {
    it('takes one that is ready, not the first', async () => {
      const sick = await server(() => ({status: 500, body: '[+]ping ok\n[-]etcd failed: reason withheld\n'}))
      const well = await server(ready(() => NODES))
      const api = client([await closedPort(), sick.url, well.url])
      expect(await api.endpoint()).to.equal(well.url)
      await api.nodes()
      expect(sick.calls).to.deep.equal([])
    })

    it('goes to another one when the one in use is cut, and stays there', async () => {
      const [one, two] = [await server(ready(() => NODES)), await server(ready(() => NODES))]
      const api = client([one.url, two.url])
      const first = await api.endpoint()
      const [used, other] = first === one.url ? [one, two] : [two, one]
      await api.nodes()
      used.stop()
      await api.nodes()
      expect(await api.endpoint()).to.equal(other.url)
      await api.nodes()
      expect(other.calls).to.have.length(2)
    })

    it('does not wait for one that accepts connections and never speaks', async () => {
      const silent = createServer()
      silent.listen(0, '127.0.0.1')
      await once(silent, 'listening')
      open.push({close: () => silent.close()})
      const well = await server(ready(() => NODES))
      const started = Date.now()
      const api = client([`https://127.0.0.1:${(silent.address() as AddressInfo).port}`, well.url])
      await api.nodes()
      expect(Date.now() - started).to.be.lessThan(1500)
    })

    it('gives up on one that never speaks after 2 s', async () => {
      const silent = createServer()
      silent.listen(0, '127.0.0.1')
      await once(silent, 'listening')
      open.push({close: () => silent.close()})
      const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
      const {ready: isReady, detail} = await client([url]).readiness(url)
      expect(isReady).to.equal(false)
      expect(detail).to.equal(`${url}: no connection within 2 s`)
    })

    it('names every endpoint and why, where none is ready', async () => {
      const sick = await server(() => ({status: 500, body: '[+]ping ok\n[-]etcd failed: reason withheld\n'}))
      const gone = await closedPort()
      const error = await thrownBy(client([gone, sick.url]).nodes())
      expect(error.code).to.equal('KUBERNETES_API')
      expect(error.message).to.contain('None of the 2 API servers is ready')
      expect(error.message).to.contain(`${gone}: connect ECONNREFUSED`)
      expect(error.message).to.contain(`${sick.url}: not ready (500) [-]etcd failed`)
    })

    it('does not believe a server of another authority', async () => {
      const stranger = await LoopbackApi.start(
        await testPki(),
        ready(() => NODES),
      )
      open.push(stranger)
      const {ready: isReady, detail} = await client([stranger.url]).readiness(stranger.url)
      expect(isReady).to.equal(false)
      expect(detail).to.match(/unable to verify|self-signed|signature/i)
      expect(stranger.seen).to.deep.equal([])
    })

    it('asks all at once though many calls begin together', async () => {
      const one = await server(ready(() => NODES))
      const api = client([one.url])
      await Promise.all(Array.from({length: 10}, () => api.nodes()))
      expect(one.seen.filter(({path}) => path === '/readyz')).to.have.length(1)
    })
  })
})

/** An address where nothing listens. */
async function closedPort(): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `https://127.0.0.1:${port}`
}
