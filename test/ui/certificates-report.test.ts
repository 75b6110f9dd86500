import {expect} from 'chai'
import type {CertificateReport, CertificatesReport} from '../../src/steps/certificates/list-certificates.js'
import {certificatesReport} from '../../src/ui/certificates-report.js'
import {styleFor} from '../../src/ui/style.js'

const options = {style: styleFor({isTTY: false}, {}), columns: 80, now: Date.parse('2026-11-22T12:00:00Z')}
const NAME = 'a-cluster-with-the-longest-name-there-is'

function certificate(name: string, node: string | null, changes: Partial<CertificateReport> = {}): CertificateReport {
  return {
    name,
    node,
    issuer: `khw ${NAME} kubernetes CA`,
    notAfter: '2026-12-22T12:00:00.000Z',
    daysLeft: 30,
    from: 'node',
    fingerprint: `${name} ${node}`,
    ...changes,
  }
}

function report(certificates: readonly CertificateReport[], changes: Partial<CertificatesReport> = {}): string {
  return certificatesReport({name: NAME, certificates, unread: [], ok: true, ...changes}, options)
}

describe('certificatesReport', () => {
  it('has one row for what is alike on several nodes, by who has it, and fits 80 columns', () => {
    const text = report([
      certificate('ca', 'controller-1', {fingerprint: 'ca'}),
      certificate('apiserver', 'controller-1', {daysLeft: -1, notAfter: '2026-11-22T11:00:00.000Z'}),
      certificate('apiserver-kubelet-client', 'controller-1', {notAfter: '2026-12-22T12:00:01.000Z'}),
      certificate('ca', 'controller-2', {fingerprint: 'ca'}),
      certificate('apiserver', 'controller-2'),
      certificate('apiserver-kubelet-client', 'controller-2'),
      certificate('etcd-peer', 'controller-1'),
      certificate('etcd-peer', 'controller-2'),
      certificate('ca', 'worker-1', {fingerprint: 'ca'}),
      certificate('haproxy', 'worker-1'),
      certificate('super-admin', null, {from: 'khw', issuer: `khw ${NAME} front-proxy CA`}),
    ])
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80)
    const [rowsText = ''] = text.split('\n\n')
    const rows = rowsText.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | ').split(' | '))
    expect(rows.map(([node, name]) => [node, name])).to.deep.equal([
      ['NODE', 'NAME'],
      ['all nodes', 'ca'],
      ['controllers', 'apiserver-kubelet-client'],
      ['', 'etcd-peer'],
      ['controller-1', 'apiserver'],
      ['controller-2', 'apiserver'],
      ['worker-1', 'haproxy'],
      ['here', 'super-admin'],
    ])
    expect(text).to.match(/^all nodes +ca +kubernetes CA +2026-12-22 12:00 +30$/m)
    expect(text).to.match(/^controller-1 +apiserver +kubernetes CA +2026-11-22 11:00 +ended$/m)
    expect(text).to.match(/^here +super-admin +front-proxy CA .* 30$/m)
  })

  it('says the earliest end of those that are in one row, and keeps authorities apart that are not the same', () => {
    const text = report([
      certificate('kubelet-client', 'worker-1', {notAfter: '2026-12-22T17:00:00.000Z'}),
      certificate('kubelet-client', 'worker-2', {notAfter: '2026-12-22T15:00:00.000Z'}),
      certificate('ca', 'worker-1', {fingerprint: 'ca'}),
      certificate('ca', 'worker-2', {fingerprint: 'of another cluster'}),
    ])
    expect(text).to.match(/^all nodes +kubelet-client +kubernetes CA +2026-12-22 15:00 +30$/m)
    expect(text)
      .to.match(/^worker-1 +ca /m)
      .and.to.match(/^worker-2 +ca /m)
  })

  it("marks what is khw's own copy, and says why the node could not be read", () => {
    const text = report([certificate('etcd-peer', 'controller-2', {from: 'khw'})], {
      unread: [{node: 'controller-2', detail: 'its machine is stopped'}],
    })
    expect(text)
      .to.match(/ 30\*$/m)
      .and.to.include("! controller-2 could not be read; * is khw's own copy: its machine")
  })

  it('says which file of a node has no certificate', () => {
    const file = '/etc/kubernetes/pki/apiserver.crt'
    const text = report([], {unread: [{node: 'controller-2', file, detail: 'is missing'}]})
    expect(text).to.include(`! controller-2: ${file} is missing`).and.not.to.include('own copy')
  })

  it('says why it fails, and how they are renewed', () => {
    const early = {daysLeft: 0, notAfter: '2026-11-22T12:02:00.000Z'}
    const one = report([certificate('ca', 'worker-1'), certificate('admin', null, early)], {ok: false})
    expect(one.split('\n').slice(-5)).to.deep.equal([
      '',
      '✖ Of the certificates, 1 ends within 7 days',
      '',
      'Next:',
      `  khw certs renew ${NAME}`,
    ])
    const ended = ['apiserver', 'etcd-peer'].map(name => certificate(name, 'controller-1', {daysLeft: -1}))
    expect(report([certificate('admin', null, early), ...ended])).to.include('2 have ended and 1 ends within 7 days')
    expect(report([certificate('ca', 'worker-1')])).not.to.match(/renew|✖/)
  })

  it('tells what an API server shows from what lies in its file', () => {
    expect(report([certificate('apiserver', 'controller-1', {from: 'api'})])).to.match(
      /^controller-1 +apiserver \(served\) /m,
    )
  })
})
