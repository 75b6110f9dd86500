import {X509Certificate} from 'node:crypto'
import {expect} from 'chai'
import {systemClock} from '../../../src/clock.js'
import {KubernetesApi} from '../../../src/kubernetes/api.js'
import type {Manifest} from '../../../src/kubernetes/objects.js'
import type {Issuance} from '../../../src/pki/lifetime.js'
import type {Pki} from '../../../src/pki/pki.js'
import {installAddon} from '../../../src/steps/addons/install.js'
import {liveAddresses} from '../../../src/steps/addons/live-addresses.js'
import {certificatesOf} from '../../../src/steps/certificates/list-certificates.js'
import type {RunContext, StepContext} from '../../../src/steps/engine/context.js'
import {LoopbackApi, READY, testPki} from '../../kubernetes/loopback.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {ARTIFACTS} from '../region-run.js'
import {sampleSpec} from '../sample-spec.js'

describe('the certificate that an add-on serves its API with', () => {
  const spec = {...sampleSpec({controllers: 1, workers: 1}), addons: [{name: 'metrics-server'}] as const}
  let pki: Pki
  let secrets: MemorySecretStore
  let server: LoopbackApi
  let api: KubernetesApi
  /** As the Secret in the cluster has it. */
  let served: X509Certificate | undefined

  before(async () => {
    pki = await testPki()
  })
  beforeEach(async () => {
    served = undefined
    secrets = new MemorySecretStore()
    await secrets.write('pki/ca.crt', pki.ca.certificate)
    await secrets.write('pki/ca.key', pki.ca.privateKey)
    server = await LoopbackApi.start(pki, ({path, body}) => {
      if (path === '/readyz') return READY
      const {data} = body as Manifest & {data?: Record<string, string>}
      if (data?.['tls.crt'] !== undefined) served = new X509Certificate(Buffer.from(data['tls.crt'], 'base64'))
      return {body}
    })
    const {certificate, privateKey} = pki.leaf('admin')
    api = new KubernetesApi({endpoints: [server.url], ca: pki.ca.certificate, certificate, privateKey})
  })
  afterEach(() => {
    api.close()
    server.stop()
  })

  function contextFor(issuance?: Issuance): StepContext {
    return {
      spec,
      secrets,
      artifacts: ARTIFACTS,
      inventory: {instances: [], ended: []},
      ...(issuance && {issuance}),
      kubernetes: () => Promise.resolve(api),
      clock: systemClock,
      signal: new AbortController().signal,
    } as unknown as StepContext
  }

  async function install(issuance?: Issuance): Promise<X509Certificate> {
    const step = installAddon('metrics-server', {addresses: liveAddresses(spec), after: []})
    await step.create(contextFor(issuance), {addresses: {publicIps: {}}, after: []})
    if (!served) throw new Error('no Secret was applied')
    return served
  }

  it('is renewed with all others, for the life that was asked for', async () => {
    const first = await install()
    expect((await install()).fingerprint256).to.equal(first.fingerprint256)
    const asked = {since: new Date(Date.now() + 2000).toISOString(), lifetime: 3_600_000}
    const renewed = await install(asked)
    expect(renewed.fingerprint256).not.to.equal(first.fingerprint256)
    expect(Date.parse(renewed.validTo)).to.be.lessThan(Date.now() + 3_660_000)
    expect(renewed.publicKey.equals(first.publicKey)).to.equal(true)
  })

  it('is installed again by a renewal, as an add-on is not that has none', () => {
    const needs = {addresses: liveAddresses(spec), after: []}
    const context = contextFor({since: '2026-11-01T00:00:00.000Z'}) as RunContext
    expect(installAddon('metrics-server', needs).edition?.(context)).to.equal('2026-11-01T00:00:00.000Z')
    expect(installAddon('metrics-server', needs).edition?.(contextFor())).to.equal(undefined)
    expect(installAddon('coredns', needs).edition?.(context)).to.equal(undefined)
  })

  it('is listed with the others as long as the add-on is wanted', async () => {
    const {fingerprint256: fingerprint} = await install()
    const {certificates} = await certificatesOf(contextFor())
    expect(certificates.find(({name}) => name === 'metrics-server')).to.include({fingerprint, node: null, daysLeft: 29})
    const without = await certificatesOf({...contextFor(), spec: {...spec, addons: []}})
    expect(without.certificates.map(({name}) => name)).not.to.include('metrics-server')
  })
})
