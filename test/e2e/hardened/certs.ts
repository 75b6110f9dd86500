import {expect} from 'chai'
import type {CertificateReport, CertificatesReport} from '../../../src/steps/certificates/list-certificates.js'
import {signAuthority} from '../../../src/pki/x509.js'
import {withCluster} from '../../../src/steps/session/open-cluster.js'
import {readyNodes} from '../kubectl.js'
import type {Khw} from '../khw.js'
import {underProbe} from './api-ways.js'
import {clusterOf} from './rendered-addon.js'

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

    /** Process ids of the API servers. */
    const apiServers = (): Promise<readonly string[]> =>
      Promise.all(
        CONTROLLERS.map(node =>
          khw.succeed('ssh', node, '--name', cluster, '--', 'systemctl show -p MainPID --value kube-apiserver'),
        ),
      )

    // Not that of etcd: the API servers of Kubernetes 1.22 and older answer 500 to what is being read when its leader changes.
    it('are others after a renewal that restarts the API servers for their authorities, and no request is lost', async () => {
      const [before, processes] = [await list(), await apiServers()]
      await age(khw, cluster, {kubernetes: 'pki/ca', 'front-proxy': 'pki/front-proxy-ca'})
      await underProbe(khw, cluster, () => khw.succeed('certs', 'renew', cluster))
      for (const [i, pid] of (await apiServers()).entries()) expect(pid, CONTROLLERS[i]).not.to.equal(processes[i])

      const {certificates, ok} = await list()
      expect(ok).to.equal(true)
      expect(certificates.map(placeOf)).to.deep.equal(before.certificates.map(placeOf))
      const kept = certificates.filter(({fingerprint}, i) => before.certificates[i]?.fingerprint === fingerprint)
      expect(new Set(kept.map(({name}) => name))).to.deep.equal(new Set(['etcd-ca']))
      const authorities = certificates.filter(({name}) => ['ca', 'front-proxy-ca'].includes(name))
      for (const {daysLeft} of authorities) expect(daysLeft).to.equal(359)
      expect(await readyNodes(khw, cluster)).to.deep.equal(['worker-1', 'worker-2', 'worker-3'])
    })
  })
}

function placeOf({name, node, from}: CertificateReport): string {
  return [name, node, from].join(' ')
}

/** Leaves khw with certificates of its authorities that will end before those which it issues next, as a year does. */
function age(khw: Khw, cluster: string, authorities: Readonly<Record<string, string>>): Promise<void> {
  return withCluster(clusterOf(khw, cluster), async ({context: {secrets}}) => {
    for (const [name, path] of Object.entries(authorities)) {
      const key = (await secrets.read(`${path}.key`)) ?? ''
      const validity = {notBefore: new Date(), notAfter: new Date(Date.now() + 20 * 86_400_000)}
      await secrets.write(`${path}.crt`, await signAuthority({commonName: `khw ${cluster} ${name} CA`}, key, validity))
    }
  })
}
