import {expect} from 'chai'
import type {CertificatesReport} from '../../../src/steps/certificates/list-certificates.js'
import type {Khw} from '../khw.js'

const CONTROLLERS = ['controller-1', 'controller-2', 'controller-3']

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
  })
}
