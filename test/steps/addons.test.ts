import {expect} from 'chai'
import type {ArtifactSet} from '../../src/artifacts/artifact.js'
import {parseAddon, type AddonName} from '../../src/cluster/addons.js'
import {KubernetesApi} from '../../src/kubernetes/api.js'
import type {Pki} from '../../src/pki/pki.js'
import {ensureServingPair} from '../../src/pki/serving-pair.js'
import {imageOf, requireImage} from '../../src/steps/addons/image.js'
import {NO_PAIR} from '../../src/steps/addons/addon.js'
import {applyObject} from '../../src/steps/addons/apply.js'
import {addonOf, allAddons} from '../../src/steps/addons/registry.js'
import {deleteObjects} from '../../src/steps/addons/remove.js'
import {addonState} from '../../src/steps/addons/state.js'
import {LoopbackApi, testPki} from '../kubernetes/loopback.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {X509Certificate} from 'node:crypto'
import {KeptObjects} from './addons/kept-objects.js'
import {ARTIFACTS} from './region-run.js'
import {sampleSpec} from './sample-spec.js'

const spec = {...sampleSpec({controllers: 1, workers: 1}), kubernetesVersion: '1.36.2'}

describe('add-ons of a cluster', () => {
  let pki: Pki
  let server: LoopbackApi
  let api: KubernetesApi
  let objects: KeptObjects

  before(async () => {
    pki = await testPki()
  })
  beforeEach(async () => {
    objects = new KeptObjects()
    server = await LoopbackApi.start(pki, seen => objects.handle(seen))
    const {certificate, privateKey} = pki.leaf('admin')
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, certificate, privateKey})
  })
  afterEach(() => {
    api.close()
    server.stop()
  })

  const install = async (name: AddonName): Promise<void> => {
    for (const object of addonOf(name).objects(spec, 'registry.example/x:v1', NO_PAIR)) await applyObject(api, object)
  }
  const stateOf = (name: AddonName): ReturnType<typeof addonState> => addonState(addonOf(name), spec, api)
  const workload = (name: AddonName): string => `/apis/apps/v1/namespaces/kube-system/deployments/${name}`
  const runs = {observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2}
  const wait = {signal: new AbortController().signal, progress: () => undefined}

  for (const {name} of allAddons()) {
    it(`${name} is absent, starting, ready, incomplete, and absent once it is removed`, async () => {
      expect(await stateOf(name)).to.include({state: 'absent', image: null})
      await install(name)
      expect(await stateOf(name)).to.include({state: 'starting', image: 'registry.example/x:v1'})
      objects.put(workload(name), {status: runs})
      objects.put('/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io', {
        status: {conditions: [{type: 'Available', status: 'True'}]},
      })
      expect(await stateOf(name)).to.include({state: 'ready'})
      objects.all.delete(`/api/v1/namespaces/kube-system/serviceaccounts/${name}`)
      expect(await stateOf(name)).to.include({
        state: 'incomplete',
        detail: `ServiceAccount kube-system/${name} is missing`,
      })
      await deleteObjects(addonOf(name), spec, api, wait)
      expect(await stateOf(name)).to.include({state: 'absent'})
      expect([...objects.all.keys()]).to.deep.equal(
        name === 'coredns' ? ['/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io'] : [],
      )
    })
  }

  it('are not ready while pods of an older template are all there is', async () => {
    await install('coredns')
    objects.put(workload('coredns'), {status: {...runs, updatedReplicas: 1}})
    expect(await stateOf('coredns')).to.include({state: 'starting', detail: '1 of 2 replicas are available'})
    objects.put(workload('coredns'), {status: {...runs, observedGeneration: 0}})
    expect(await stateOf('coredns')).to.include({state: 'starting'})
  })

  it('are not ready before their API is', async () => {
    await install('metrics-server')
    objects.put(workload('metrics-server'), {status: runs})
    objects.put('/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io', {
      status: {conditions: [{type: 'Available', status: 'False', message: 'no response from 10.200.1.2'}]},
    })
    const {state, detail} = await stateOf('metrics-server')
    expect(state).to.equal('starting')
    expect(detail).to.include('no response from 10.200.1.2')
  })

  it("are somebody else's if khw has not applied them, and are then left alone", async () => {
    await install('coredns')
    for (const [path, object] of objects.all)
      objects.all.set(path, {...object, metadata: {...object.metadata, managedFields: [{manager: 'helm'}]}})
    expect(await stateOf('coredns')).to.include({state: 'foreign'})
    const before = objects.all.size
    expect(await deleteObjects(addonOf('coredns'), spec, api, wait)).to.deep.equal([])
    expect(objects.all.size).to.equal(before)
  })

  it('are removed last made first, so that nobody is sent to what is gone', async () => {
    await install('metrics-server')
    const removed = await deleteObjects(addonOf('metrics-server'), spec, api, wait)
    expect(removed[0]).to.equal('APIService v1beta1.metrics.k8s.io')
    expect(removed.at(-1)).to.equal('ServiceAccount kube-system/metrics-server')
    expect(removed).to.include('Secret kube-system/metrics-server-tls')
  })
})

describe('the image of an add-on', () => {
  const of = (source: ArtifactSet['source'], images = {}): ArtifactSet => ({
    ...ARTIFACTS,
    source,
    images: {...ARTIFACTS.images, ...images},
  })

  it('is the one that was said, else what the source has', () => {
    const said = {name: 'coredns', image: 'registry.example/dns:v1'} as const
    expect(imageOf(said, of('debian'))).to.equal('registry.example/dns:v1')
    expect(imageOf({name: 'coredns'}, of('mirror', {coredns: 'here/coredns:v1'}))).to.equal('here/coredns:v1')
  })

  it('is upstream the one of the release, though the record is of before it was known', () => {
    expect(imageOf({name: 'metrics-server'}, of('upstream'))).to.equal(
      'registry.k8s.io/metrics-server/metrics-server:v0.9.0',
    )
  })

  it('is missing where the source has none: that says what to type', () => {
    expect(imageOf({name: 'metrics-server'}, of('debian'))).to.equal(undefined)
    const required = (isWanted: boolean) => () =>
      requireImage({name: 'metrics-server'}, of('mirror'), 'lab', {isWanted})
    expect(required(true))
      .to.throw(/the mirror that the artifacts came from has no image of metrics-server/)
      .with.nested.property('suggestions[0]')
      .that.includes('khw addon add lab metrics-server --image')
    // What is not there need not be removed.
    const remove = 'or do without: khw addon remove lab metrics-server'
    expect(required(true)).to.throw().with.property('suggestions').that.includes(remove)
    expect(required(false)).to.throw().with.property('suggestions').that.has.length(1)
  })

  it('is read from what is typed, and nothing that is no reference', () => {
    const image = 'registry.example:5000/a/metrics-server:v0.8.1'
    expect(parseAddon(`metrics-server=${image}`)).to.deep.equal({name: 'metrics-server', image})
    for (const wrong of ['metrics-server=', 'metrics-server=a b', 'metrics-server=UPPER/x', 'coredns=x;y'])
      expect(() => parseAddon(wrong), wrong).to.throw(/no reference to a container image/)
    expect(() => parseAddon('dashboard')).to.throw(/no add-on "dashboard"/)
  })
})

describe('the certificate of a Service', () => {
  it('is for its name, by the authority of the cluster, and stays until it is about to end', async () => {
    const pki = await testPki()
    const secrets = new MemorySecretStore()
    await secrets.write('pki/ca.crt', pki.ca.certificate)
    await secrets.write('pki/ca.key', pki.ca.privateKey)
    const service = {name: 'metrics-server', namespace: 'kube-system'}
    const now = new Date()
    const first = await ensureServingPair({service, secrets, now})
    const certificate = new X509Certificate(first.certificate)
    expect(certificate.checkHost('metrics-server.kube-system.svc')).to.equal('metrics-server.kube-system.svc')
    expect(certificate.verify(new X509Certificate(first.ca).publicKey)).to.equal(true)
    expect(certificate.keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.1'])
    expect(await ensureServingPair({service, secrets, now})).to.deep.equal(first)
    const later = new Date(Date.parse(certificate.validTo) - 3_600_000)
    const second = await ensureServingPair({service, secrets, now: later})
    expect(second.certificate).not.to.equal(first.certificate)
    expect(second.privateKey).to.equal(first.privateKey)
  })

  it('is not made before the cluster has its own', async () => {
    const service = {name: 'x', namespace: 'y'}
    const secrets = new MemorySecretStore()
    const error: unknown = await ensureServingPair({service, secrets, now: new Date()}).catch((e: unknown) => e)
    expect(error).to.have.property('code', 'KUBERNETES_API')
    expect([...(await Promise.all([secrets.read('pki/services/y/x.key')]))]).to.deep.equal([undefined])
  })
})
