import {expect} from 'chai'
import type {Check} from '../../../src/cluster/report.js'
import {KubernetesApi} from '../../../src/kubernetes/api.js'
import type {Pki} from '../../../src/pki/pki.js'
import {checkEngine} from '../../../src/steps/addons/policy-engine.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {policyVerdicts} from '../../../src/steps/verify/areas/smoke.js'
import {POLICY_MANIFEST, TEST_RELEASES} from '../../artifacts/policy-release.js'
import {LoopbackApi, READY, refusal, testPki, type Answer} from '../../kubernetes/loopback.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'

const CNI = 'kube-network-policies'

describe('what enforces network policies', () => {
  const {version, manifest, image} = TEST_RELEASES[CNI]
  const about = {
    spec: {...sampleSpec({controllers: 1, workers: 3}), cni: CNI} as const,
    artifacts: {
      ...ARTIFACTS,
      policyEngine: {manifest: {name: CNI, version, ...manifest, text: POLICY_MANIFEST}, image},
    },
  }
  let pki: Pki
  let server: LoopbackApi
  let api: KubernetesApi
  let answer: Answer
  let pods: readonly object[]

  before(async () => {
    pki = await testPki()
  })
  beforeEach(async () => {
    pods = []
    server = await LoopbackApi.start(pki, ({path}) => {
      if (path.endsWith('/pods')) return {body: {items: pods}}
      return path === '/readyz' ? READY : answer
    })
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, ...pki.leaf('admin')})
  })
  afterEach(() => {
    api.close()
    server.stop()
  })

  const ready = (numberReady: number): Promise<Check> => {
    const status = {observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady}
    answer = {body: {kind: 'DaemonSet', metadata: {name: CNI, generation: 2}, status}}
    return checkEngine(CNI, about, api)
  }

  it('has to be ready on every worker for status to say that they are enforced', async () => {
    expect(await ready(3)).to.deep.include({name: 'network-policies', ok: true})
    expect(await ready(2)).to.deep.include({ok: false, detail: `${CNI} is ready on 2 of 3 workers`})
    pods = [{metadata: {name: 'x'}, spec: {nodeName: 'worker-3'}, status: {phase: 'Failed', reason: 'Evicted'}}]
    expect((await ready(2)).detail).to.equal(`${CNI} is ready on 2 of 3 workers; x on worker-3: Evicted`)
    answer = refusal(404, 'NotFound', 'not found')
    expect(await checkEngine(CNI, about, api)).to.deep.include({ok: false, detail: `${CNI} is not there`})
  })

  it('is not known to be, where nobody can be asked', async () => {
    answer = refusal(403, 'Forbidden', 'you may not')
    expect((await checkEngine(CNI, about, api)).detail).to.include('you may not')
    expect(await checkEngine(CNI, about, undefined)).to.deep.include({ok: false})
  })

  it('is tried by verify where there is one, and only there', async () => {
    answer = refusal(403, 'Forbidden', 'you may not')
    const look = (context: object): Promise<unknown> => {
      const input = {context: context as RunContext, signal: new AbortController().signal, progress: () => undefined}
      return policyVerdicts(input, api).catch((error: unknown) => (error as Error).message)
    }
    expect(await look({...about, spec: sampleSpec({controllers: 1, workers: 3})})).to.deep.equal([])
    expect(server.calls).to.deep.equal([])
    expect(await look(about)).to.include('you may not')
    expect(server.calls.some(call => call.includes('/api/v1/namespaces'))).to.equal(true)
  })
})
