import {expect} from 'chai'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import {withWorkload} from '../../src/kubernetes/workload.js'
import {LoopbackApi, READY, testPki} from './loopback.js'

describe('a Deployment of a check', () => {
  it('is not used while its pods do not run; each says why', async () => {
    const pki = await testPki()
    const waiting = {reason: 'ErrImagePull', message: 'not found'}
    const pods = [
      {
        metadata: {name: 'a'},
        spec: {nodeName: 'worker-1'},
        status: {phase: 'Pending', containerStatuses: [{name: 'c', ready: false, state: {waiting}}]},
      },
      {
        metadata: {name: 'b'},
        spec: {},
        status: {
          conditions: [{type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node fits'}],
        },
      },
    ]
    const server = await LoopbackApi.start(pki, ({method, path, body}) => {
      if (path === '/readyz') return READY
      if (path.endsWith('/pods') && method === 'GET') return {body: {items: pods}}
      if (path === '/api/v1/namespaces' && method === 'GET') return {body: {items: []}}
      if (path.includes('/services/')) return {body: {...(body as object), spec: {ports: [{nodePort: 30001}]}}}
      return {body: {...(body as object), status: {availableReplicas: 1}}}
    })
    const api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, ...pki.leaf('admin')})
    try {
      const checks = await withWorkload({api, replicas: 2, image: 'check:1', patience: 200}, () => {
        throw new Error('it was used')
      })
      const detail = 'a (worker-1): ErrImagePull: not found; b (no node): Unschedulable: no node fits'
      expect(checks).to.deep.equal([{name: 'deployment', ok: false, detail}])
      expect(server.calls.filter(call => call.startsWith('DELETE'))).to.have.length(2)
    } finally {
      api.close()
      server.stop()
    }
  })
})
