import {X509Certificate} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import type {ClusterReport} from '../../src/cluster/report.js'
import type {CertificateReport, CertificatesReport} from '../../src/steps/certificates/list-certificates.js'
import {withCluster} from '../../src/steps/session/open-cluster.js'
import {underProbe} from './hardened/api-ways.js'
import {clusterOf} from './hardened/rendered-addon.js'
import type {Khw} from './khw.js'
import {kubectl, kubectlOutcome, readyNodes} from './kubectl.js'

/** Of a 1+1 cluster: certificates that last two minutes, which is as long as the test has to wait for their end. */
export function shortCertificates(khw: Khw, cluster: string): void {
  it('gets certificates that last two minutes, all of them others, and loses no request meanwhile', async () => {
    const before = await listed(khw, cluster)
    const renew = ['certs', 'renew', cluster, '--lifetime', '2m', '--json']
    const renewed = JSON.parse(await underProbe(khw, cluster, () => khw.succeed(...renew))) as ClusterReport
    const left = Date.parse(renewed.certificates.earliestExpiry ?? '') - Date.now()
    expect(left).to.be.greaterThan(0).and.at.most(120_000)
    const after = await listed(khw, cluster)
    const kept = after.filter(({fingerprint}) => before.some(each => each.fingerprint === fingerprint))
    expect(new Set(kept.map(({name}) => name))).to.deep.equal(new Set(['ca', 'etcd-ca', 'front-proxy-ca']))
    await start(khw, cluster, 'before')
  })
}

/** Of the same cluster: what its commands say once those have ended, and how it is repaired. */
export function endedCertificates(khw: Khw, cluster: string, create: readonly string[]): void {
  it('gives its kubelet the next certificate that it asks for: approved, signed, and in use', async () => {
    const given = await withCluster(clusterOf(khw, cluster), ({context}) =>
      context.secrets.read('pki/kubelet-client/worker-1.crt'),
    )
    let used: string | undefined
    // It asks at a time of its own, once most of the life is over that the certificate states. The test's time limit ends this.
    do {
      await sleep(1_000)
      const of = (await listed(khw, cluster)).find(({name, node}) => name === 'kubelet-client' && node === 'worker-1')
      used = of?.fingerprint
    } while (used === new X509Certificate(given ?? '').fingerprint256)
    const {items} = JSON.parse(await kubectl(khw, cluster, 'get', 'csr', '--output=json')) as {
      items: readonly Request[]
    }
    const issued = items.find(({status}) => fingerprintOf(status.certificate) === used)
    expect(issued?.spec).to.include({
      username: 'system:node:worker-1',
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    })
    expect(issued?.status.conditions?.map(({type}) => type)).to.deep.equal(['Approved'])
  })

  it('is refused once they have ended, and says what to type', async () => {
    const {stdout} = await khw.run('status', cluster, '--json')
    const {earliestExpiry} = (JSON.parse(stdout) as ClusterReport).certificates
    await sleep(Math.max(0, Date.parse(earliestExpiry ?? '') + 1_000 - Date.now()))
    const refused = await kubectlOutcome(khw, cluster, 'get', 'nodes')
    expect(refused.code).not.to.equal(0)
    expect(refused.stderr).to.include('certificate has expired')
    const cure = `khw certs renew ${cluster}`
    const status = await khw.run('status', cluster)
    expect(status.code).to.equal(1)
    expect(status.stdout)
      .to.match(/Certificates .* \(expired\)/)
      .and.to.include(`Next:\n  ${cure}\n`)
    const list = await khw.run('addon', 'list', cluster)
    expect(list.code).to.equal(1)
    expect(list.stderr)
      .to.match(/certificates of ".*" ended on /)
      .and.to.include(cure)
    const again = await khw.run(...create)
    expect(again.code).to.equal(1)
    expect(again.stdout).to.include(`Next:\n  ${cure}\n`)
  })

  it('is repaired by new ones', async () => {
    await khw.succeed('certs', 'renew', cluster)
    expect(await readyNodes(khw, cluster)).to.deep.equal(['worker-1'])
    await start(khw, cluster, 'after')
    expect(await kubectl(khw, cluster, 'exec', 'before', '--', 'echo', 'still here')).to.equal('still here\n')
    expect(JSON.parse(await khw.succeed('status', cluster, '--json'))).to.include({phase: 'ready'})
    expect((await listed(khw, cluster)).every(({daysLeft}) => daysLeft >= 29)).to.equal(true)
  })
}

/** What is looked at of a CertificateSigningRequest (certificates.k8s.io/v1). */
interface Request {
  readonly spec: {readonly username: string; readonly signerName: string}
  readonly status: {readonly conditions?: readonly {readonly type: string}[]; readonly certificate?: string}
}

/** SHA-256 of a certificate as the API has it: PEM in base64. */
function fingerprintOf(certificate: string | undefined): string | undefined {
  return certificate && new X509Certificate(Buffer.from(certificate, 'base64')).fingerprint256
}

/** The command fails where one ends within a week. */
async function listed(khw: Khw, cluster: string): Promise<readonly CertificateReport[]> {
  const {stdout} = await khw.run('certs', 'list', cluster, '--json')
  const {certificates, unread} = JSON.parse(stdout) as CertificatesReport
  expect(unread).to.deep.equal([])
  return certificates
}

/** Resolves when the pod runs. */
async function start(khw: Khw, cluster: string, pod: string): Promise<void> {
  const image = await withCluster(clusterOf(khw, cluster), ({context}) =>
    Promise.resolve(context.artifacts.images.check),
  )
  const how = [`--image=${image}`, '--image-pull-policy=IfNotPresent', '--restart=Never']
  await kubectl(khw, cluster, 'run', pod, ...how, '--command', '--', 'sleep', '3600')
  await kubectl(khw, cluster, 'wait', `pod/${pod}`, '--for=condition=Ready', '--timeout=25s')
}
