import {expect} from 'chai'
import type {CertificateReport, CertificatesReport} from '../../../src/steps/certificates/list-certificates.js'
import {readyNodes} from '../kubectl.js'
import type {Khw} from '../khw.js'
import {probeOf} from './api-ways.js'
import {lossesOf, summaryOf} from './probe.js'

const CONTROLLERS = ['controller-1', 'controller-2', 'controller-3']
const AUTHORITIES: readonly string[] = ['ca', 'etcd-ca', 'front-proxy-ca']

/** Its certificates, as they are on its machines. */
export function certificateTests(khw: Khw, cluster: string): void {
  describe('its certificates', () => {
    const list = async (): Promise<CertificatesReport> =>
      JSON.parse(await khw.succeed('certs', 'list', cluster, '--json')) as CertificatesReport

    it('are listed as they are on the nodes', async () => {
      const {certificates, unread, ok} = await list()
      expect({unread, ok}).to.deep.equal({unread: [], ok: true})
      expect(certificates.filter(({node}) => node !== null && CONTROLLERS.includes(node)).length).to.be.at.least(42)
      const peers = certificates.filter(({name}) => name === 'etcd-peer')
      expect(peers.map(({issuer, daysLeft, from}) => ({issuer, daysLeft, from}))).to.deep.equal(
        peers.map(() => ({issuer: `khw ${cluster} etcd CA`, daysLeft: 29, from: 'node'})),
      )
    })

    it('are others after a renewal, during which no request is lost', async () => {
      const before = await list()
      const probe = await probeOf(khw, cluster)
      const began = Date.now()
      try {
        await khw.succeed('certs', 'renew', cluster)
      } finally {
        const reports = await probe.stop()
        console.log(reports.map(report => `      ${summaryOf(report)}`).join('\n'))
        expect(lossesOf(reports)).to.deep.equal([])
        for (const {name, sent} of reports) expect(sent, name).to.be.at.least(((Date.now() - began) / 1000) * 9)
      }
      const after = await list()
      expect(after).to.include({ok: true})
      expect(after.certificates.map(placeOf)).to.deep.equal(before.certificates.map(placeOf))
      const kept = after.certificates.filter(({fingerprint}, i) => before.certificates[i]?.fingerprint === fingerprint)
      expect(new Set(kept.map(({name}) => name))).to.deep.equal(new Set(AUTHORITIES))
      expect(await readyNodes(khw, cluster)).to.deep.equal(['worker-1', 'worker-2', 'worker-3'])
    })
  })
}

function placeOf({name, node, from}: CertificateReport): string {
  return [name, node, from].join(' ')
}
