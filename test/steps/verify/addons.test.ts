import {expect} from 'chai'
import type {ClusterAddon} from '../../../src/cluster/addons.js'
import {KubernetesApi} from '../../../src/kubernetes/api.js'
import type {Pki} from '../../../src/pki/pki.js'
import {NO_PAIR} from '../../../src/steps/addons/addon.js'
import {applyObject} from '../../../src/steps/addons/apply.js'
import {addonOf} from '../../../src/steps/addons/registry.js'
import {addonVerdicts, hasDns} from '../../../src/steps/verify/areas/addons.js'
import {LoopbackApi, testPki} from '../../kubernetes/loopback.js'
import {KeptObjects} from '../addons/kept-objects.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'

describe('verifying the add-ons', () => {
  const about = (...addons: readonly ClusterAddon[]) => ({
    spec: {...sampleSpec({controllers: 1, workers: 1}), addons},
    artifacts: ARTIFACTS,
  })
  const dns = {name: 'coredns'} as const
  let pki: Pki
  let objects: KeptObjects
  let server: LoopbackApi
  let api: KubernetesApi

  before(async () => {
    pki = await testPki()
  })
  beforeEach(async () => {
    objects = new KeptObjects()
    server = await LoopbackApi.start(pki, seen => objects.handle(seen))
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, ...pki.leaf('admin')})
  })
  afterEach(() => {
    api.close()
    server.stop()
  })

  it('fails what is wanted and does not run, and says what is missing', async () => {
    const wanted = about(dns, {name: 'metrics-server'})
    expect(await addonVerdicts(wanted, api)).to.deep.equal([
      {
        ...{id: 'addon-coredns', title: 'CoreDNS runs', state: 'FAIL', found: 'is not installed'},
        cure: `khw addon add ${wanted.spec.name} coredns`,
      },
      {
        ...{id: 'addon-metrics-server', title: 'metrics-server runs', state: 'FAIL', found: 'is not installed'},
        cure: `khw addon add ${wanted.spec.name} metrics-server`,
      },
    ])
    expect(hasDns(wanted)).to.equal(true)
    for (const object of addonOf('coredns').objects(wanted.spec, 'x:v1', NO_PAIR)) await applyObject(api, object)
    expect((await addonVerdicts(about(dns), api))[0]).to.include({
      state: 'FAIL',
      found: '0 of 2 replicas are available',
      cure: `khw addon list ${wanted.spec.name}`,
    })
    objects.put('/apis/apps/v1/namespaces/kube-system/deployments/coredns', {
      status: {observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2},
    })
    expect((await addonVerdicts(about(dns), api))[0]).to.include({state: 'PASS'})
  })

  it('asks for nothing that the cluster is not to have', async () => {
    expect(await addonVerdicts(about(), api)).to.deep.equal([])
    expect(hasDns(about())).to.equal(false)
    expect(server.calls).to.deep.equal([])
  })

  it('knows that an old record names CoreDNS where no image of it could be had', () => {
    const {addons, ...spec} = about().spec
    expect(addons).to.deep.equal([])
    expect(hasDns({spec, artifacts: {...ARTIFACTS, source: 'debian'}})).to.equal(false)
    expect(hasDns({spec, artifacts: ARTIFACTS})).to.equal(true)
  })
})
