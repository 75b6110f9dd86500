import {X509Certificate} from 'node:crypto'
import {expect} from 'chai'
import {leavesHeldBy, leavesOf, type Leaf} from '../../src/pki/certificates.js'
import {ensurePki, type Pki} from '../../src/pki/pki.js'
import {MemorySecretStore, PUBLIC_IPS, specOf} from './fixtures.js'

const CLIENT = '1.3.6.1.5.5.7.3.2'
const SERVER = '1.3.6.1.5.5.7.3.1'

describe('the certificate table', () => {
  const leaves = leavesOf({spec: specOf(), publicIps: PUBLIC_IPS})
  let pki: Pki

  before(async () => {
    pki = await ensurePki({spec: specOf(), publicIps: PUBLIC_IPS, secrets: new MemorySecretStore()})
  })

  function certificateOf({name, node}: Leaf): X509Certificate {
    const find = pki.leaf.bind(pki) as (name: string, node?: string) => {certificate: string}
    return new X509Certificate(find(name, node).certificate)
  }

  it('has a row for every task of a 3+3 cluster', () => {
    expect(leaves.filter(leaf => leaf.node === undefined).map(leaf => leaf.name)).to.have.members([
      'apiserver-kubelet-client',
      'apiserver-etcd-client',
      'front-proxy-client',
      'etcd-healthcheck-client',
      'kube-controller-manager',
      'kube-scheduler',
      'kube-proxy',
      'haproxy',
      'admin',
      'super-admin',
    ])
    expect(
      leaves.filter(leaf => leaf.node !== undefined).map(leaf => `${leaf.name}/${leaf.node ?? ''}`),
    ).to.have.members(
      ['controller-1', 'controller-2', 'controller-3']
        .flatMap(node => [`apiserver/${node}`, `etcd-server/${node}`, `etcd-peer/${node}`])
        .concat(
          ['worker-1', 'worker-2', 'worker-3'].flatMap(node => [`kubelet-client/${node}`, `kubelet-server/${node}`]),
        ),
    )
  })

  it('signs every leaf by its own authority and by no other', () => {
    const authorities = {kubernetes: pki.ca, etcd: pki.etcdCa, 'front-proxy': pki.frontProxyCa}
    for (const leaf of leaves) {
      const certificate = certificateOf(leaf)
      for (const [name, pair] of Object.entries(authorities)) {
        const signedByIt = certificate.verify(new X509Certificate(pair.certificate).publicKey)
        expect(signedByIt, `${leaf.name} by ${name}`).to.equal(name === leaf.authority)
      }
    }
  })

  it('gives exactly the usages of the task: both only to etcd', () => {
    for (const leaf of leaves) {
      const wanted = leaf.usages.map(usage => (usage === 'client' ? CLIENT : SERVER))
      expect(certificateOf(leaf).keyUsage, leaf.name).to.have.members(wanted)
      expect(leaf.usages.length === 2, leaf.name).to.equal(leaf.name === 'etcd-server' || leaf.name === 'etcd-peer')
    }
  })

  it('names the API server by every way to it', () => {
    const certificate = new X509Certificate(pki.leaf('apiserver', 'controller-3').certificate)
    for (const ip of ['10.32.0.1', '127.0.0.1', '10.240.2.11', '198.18.0.6'])
      expect(certificate.checkIP(ip), ip).to.equal(ip)
    for (const name of ['kubernetes', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'controller-3'])
      expect(certificate.checkHost(name), name).to.equal(name)
    for (const ip of ['10.240.0.11', '198.18.0.4', '198.18.0.7'])
      expect(certificate.checkIP(ip), ip).to.equal(undefined)
  })

  it('names it by the load balancer, too, and knows who asks for its health, where there is one', async () => {
    const spec = {...specOf(), loadBalancer: 'nlb' as const}
    const secrets = new MemorySecretStore()
    const balanced = await ensurePki({spec, publicIps: PUBLIC_IPS, loadBalancer: 'lb.example.org', secrets})
    for (const node of ['controller-1', 'controller-2', 'controller-3']) {
      const certificate = new X509Certificate(balanced.leaf('apiserver', node).certificate)
      expect(certificate.checkHost('lb.example.org')).to.equal('lb.example.org')
    }
    expect(new X509Certificate(balanced.leaf('health').certificate).subject).to.equal('CN=khw-health')
    expect(() => pki.leaf('health')).to.throw(RangeError)
    const other = await ensurePki({spec, publicIps: PUBLIC_IPS, loadBalancer: 'other.example.org', secrets})
    const renamed = other.leaf('apiserver', 'controller-1')
    expect(new X509Certificate(renamed.certificate).checkHost('other.example.org')).to.equal('other.example.org')
    expect(renamed.privateKey).to.equal(balanced.leaf('apiserver', 'controller-1').privateKey)
  })

  it('binds a kubelet, an etcd member and their certificates to one node', () => {
    const client = new X509Certificate(pki.leaf('kubelet-client', 'worker-2').certificate)
    expect(client.subject).to.equal('O=system:nodes\nCN=system:node:worker-2')
    const server = new X509Certificate(pki.leaf('kubelet-server', 'worker-2').certificate)
    expect(server.subjectAltName).to.equal('DNS:worker-2, IP Address:10.240.1.31')
    const peer = new X509Certificate(pki.leaf('etcd-peer', 'controller-3').certificate)
    expect(peer.subjectAltName).to.equal(
      'DNS:controller-3, DNS:localhost, IP Address:10.240.2.11, IP Address:127.0.0.1',
    )
  })

  it('keeps people out of system:masters but for the key that stays here', () => {
    expect(new X509Certificate(pki.leaf('admin').certificate).subject).to.equal('O=khw:cluster-admins\nCN=khw-admin')
    const masters = leaves.filter(leaf => leaf.subject.organization === 'system:masters')
    expect(masters.map(leaf => [leaf.name, leaf.holder])).to.deep.equal([['super-admin', 'operator']])
    expect(leavesHeldBy('controller')).to.not.include('super-admin')
    expect(leavesHeldBy('worker')).to.have.members(['kube-proxy', 'haproxy', 'kubelet-client', 'kubelet-server'])
  })

  it('lasts 30 days, starts 5 minutes ago and never repeats a serial number', async () => {
    const now = new Date('2030-01-01T00:00:00Z')
    const fresh = await ensurePki({spec: specOf(), publicIps: {}, secrets: new MemorySecretStore(), now})
    const certificate = new X509Certificate(fresh.leaf('admin').certificate)
    expect(new Date(certificate.validFrom).toISOString()).to.equal('2029-12-31T23:55:00.000Z')
    expect(new Date(certificate.validTo).toISOString()).to.equal('2030-01-31T00:00:00.000Z')
    expect(fresh.earliestExpiry).to.equal('2030-01-31T00:00:00.000Z')
    const serials = leaves.map(leaf => certificateOf(leaf).serialNumber)
    expect(new Set(serials)).to.have.length(leaves.length)
    for (const serial of serials) expect(serial).to.match(/^[4-7][0-9A-F]{31}$/)
  })

  it('refuses to name a certificate that does not exist', () => {
    expect(() => pki.leaf('kubelet-client', 'worker-4')).to.throw(RangeError, 'kubelet-client for worker-4')
  })
})
