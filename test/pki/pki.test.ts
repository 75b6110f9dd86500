import {X509Certificate} from 'node:crypto'
import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {ensurePki} from '../../src/pki/pki.js'
import {MemorySecretStore, PUBLIC_IPS, specOf} from './fixtures.js'

const NOW = new Date('2030-01-01T00:00:00Z')
const DAY = 24 * 60 * 60 * 1000

describe('ensurePki', () => {
  const spec = specOf()

  async function fresh(): Promise<MemorySecretStore> {
    const secrets = new MemorySecretStore()
    await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: NOW})
    return secrets
  }

  it('writes nothing the second time, and gives the same bytes', async () => {
    const first = await fresh()
    const again = new MemorySecretStore(first.files)
    const pki = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets: again, now: new Date(NOW.getTime() + DAY)})
    expect(again.written).to.deep.equal([])
    expect(pki.leaf('etcd-peer', 'controller-2').certificate).to.equal(
      first.files.get('pki/etcd-peer/controller-2.crt'),
    )
    expect(pki.serviceAccount.privateKey).to.equal(first.files.get('pki/service-account.key'))
  })

  it('issues one API server alone anew when its controller got another address, for the same key', async () => {
    const secrets = new MemorySecretStore((await fresh()).files)
    const publicIps = {...PUBLIC_IPS, 'controller-2': '198.18.9.9', 'worker-1': '198.18.9.10'}
    const pki = await ensurePki({spec, publicIps, secrets, now: NOW})
    expect(secrets.written).to.deep.equal(['pki/apiserver/controller-2.crt'])
    const certificate = new X509Certificate(pki.leaf('apiserver', 'controller-2').certificate)
    expect(certificate.checkIP('198.18.9.9')).to.equal('198.18.9.9')
    expect(certificate.checkIP('198.18.0.5')).to.equal(undefined)
  })

  it('completes a set that was cut short between a key and its certificate', async () => {
    const secrets = new MemorySecretStore((await fresh()).files)
    const key = secrets.files.get('pki/haproxy.key')
    const caKey = secrets.files.get('pki/etcd/ca.key')
    secrets.files.delete('pki/haproxy.crt')
    secrets.files.delete('pki/etcd/ca.crt')
    const pki = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: NOW})
    expect(secrets.written).to.have.members(['pki/haproxy.crt', 'pki/etcd/ca.crt'])
    expect(pki.leaf('haproxy').privateKey).to.equal(key)
    expect(pki.etcdCa.privateKey).to.equal(caKey)
  })

  it('replaces a leaf that is damaged, of another key, of another authority or of another task', async () => {
    const files = (await fresh()).files
    const other = (await fresh()).files
    const cases: Record<string, string | undefined> = {
      damaged: 'not a certificate',
      'of another authority': other.get('pki/kube-scheduler.crt'),
      'of another task': files.get('pki/kube-proxy.crt'),
    }
    for (const [what, content] of Object.entries(cases)) {
      const secrets = new MemorySecretStore(files)
      secrets.files.set('pki/kube-scheduler.crt', content ?? '')
      await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: NOW})
      expect(secrets.written, what).to.deep.equal(['pki/kube-scheduler.crt'])
    }
    const secrets = new MemorySecretStore(files)
    secrets.files.set('pki/kube-scheduler.key', other.get('pki/kube-scheduler.key') ?? '')
    await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: NOW})
    expect(secrets.written, 'of another key').to.deep.equal(['pki/kube-scheduler.crt'])
  })

  it('renews what ends within a day without changing a key, so that old leaves stay trusted', async () => {
    const first = await fresh()
    const late = new Date(NOW.getTime() + 29.5 * DAY)
    const secrets = new MemorySecretStore(first.files)
    const pki = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: late})
    expect(secrets.written.filter(name => name.endsWith('.key'))).to.deep.equal([])
    const leaves = [...first.files.keys()].filter(name => name.endsWith('.crt') && !/(^|[/-])ca\.crt$/.test(name))
    expect(secrets.written).to.have.members(leaves)
    expect(pki.earliestExpiry).to.equal(new Date(late.getTime() + 30 * DAY).toISOString())
    const old = new X509Certificate(first.files.get('pki/admin.crt') ?? '')
    expect(old.verify(new X509Certificate(pki.ca.certificate).publicKey)).to.equal(true)
    expect(old.checkIssued(new X509Certificate(pki.ca.certificate))).to.equal(true)
  })

  it('signs an authority anew that ends within a day, with the same key', async () => {
    const secrets = new MemorySecretStore((await fresh()).files)
    const old = new X509Certificate(secrets.files.get('pki/ca.crt') ?? '')
    const late = new Date(NOW.getTime() + 359.5 * DAY)
    const {ca} = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: late})
    const anew = new X509Certificate(ca.certificate)
    expect(anew.validTo).not.to.equal(old.validTo)
    expect(anew.publicKey.equals(old.publicKey)).to.equal(true)
  })

  describe('asked for new certificates', () => {
    const later = new Date(NOW.getTime() + 10 * DAY)
    const issuance = {since: later.toISOString()}

    it('issues every leaf anew, once, for the same keys, and leaves the authorities alone', async () => {
      const secrets = new MemorySecretStore((await fresh()).files)
      const input = {spec, publicIps: PUBLIC_IPS, secrets, issuance}
      const renewed = await ensurePki({...input, now: later})
      expect(secrets.written.length).to.be.greaterThan(20)
      expect(secrets.written.filter(name => !name.endsWith('.crt') || /(^|[/-])ca\.crt$/.test(name))).to.deep.equal([])
      expect(renewed.earliestExpiry).to.equal(new Date(later.getTime() + 30 * DAY).toISOString())
      const count = secrets.written.length
      await ensurePki({...input, now: new Date(later.getTime() + 5 * 60_000)})
      expect(secrets.written).to.have.length(count)
    })

    it('goes on where it was stopped', async () => {
      const {files} = await fresh()
      const whole = new MemorySecretStore(files)
      await ensurePki({spec, publicIps: PUBLIC_IPS, secrets: whole, issuance, now: later})
      const half = whole.written.slice(0, 7)
      const secrets = new MemorySecretStore(files)
      for (const name of half) secrets.files.set(name, whole.files.get(name) ?? '')
      await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, issuance, now: new Date(later.getTime() + 60_000)})
      expect(secrets.written).to.have.members(whole.written.slice(7))
    })

    it('signs an authority anew that would end before them', async () => {
      const secrets = new MemorySecretStore((await fresh()).files)
      const late = new Date(NOW.getTime() + 340 * DAY)
      const asked = {since: late.toISOString()}
      const {earliestExpiry} = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, issuance: asked, now: late})
      expect(secrets.written).to.include.members(['pki/ca.crt', 'pki/etcd/ca.crt', 'pki/front-proxy-ca.crt'])
      expect(earliestExpiry).to.equal(new Date(late.getTime() + 30 * DAY).toISOString())
    })

    it('gives them the life that was asked for, and replaces them on occasion when a quarter of it is left', async () => {
      const secrets = new MemorySecretStore((await fresh()).files)
      const short = {...issuance, lifetime: 20 * 60_000}
      const input = {spec, publicIps: PUBLIC_IPS, secrets, issuance: short}
      const at = (minutes: number): Date => new Date(later.getTime() + minutes * 60_000)
      expect((await ensurePki({...input, now: later})).earliestExpiry).to.equal(at(20).toISOString())
      expect((await ensurePki({...input, now: at(14)})).earliestExpiry).to.equal(at(20).toISOString())
      expect((await ensurePki({...input, now: at(16)})).earliestExpiry).to.equal(at(36).toISOString())
    })
  })

  it('lets no leaf outlive its authority', async () => {
    const secrets = new MemorySecretStore((await fresh()).files)
    secrets.files.delete('pki/admin.crt')
    const pki = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: new Date(NOW.getTime() + 350 * DAY)})
    expect(new X509Certificate(pki.leaf('admin').certificate).validTo).to.equal(
      new X509Certificate(pki.ca.certificate).validTo,
    )
  })

  it('refuses to go on with an authority whose key is gone', async () => {
    for (const content of [undefined, 'damaged']) {
      const secrets = new MemorySecretStore((await fresh()).files)
      if (content === undefined) secrets.files.delete('pki/etcd/ca.key')
      else secrets.files.set('pki/etcd/ca.key', content)
      const error = await ensurePki({spec, publicIps: PUBLIC_IPS, secrets, now: NOW}).catch((e: unknown) => e)
      expect(error).to.be.instanceOf(KhwError)
      expect((error as KhwError).message).to.contain('pki/etcd/ca.key is missing or damaged')
      expect(secrets.written).to.deep.equal([])
    }
  })
})
