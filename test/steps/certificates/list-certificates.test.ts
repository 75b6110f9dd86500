import {expect} from 'chai'
import {emptyInventory, type Inventory} from '../../../src/aws/inventory.js'
import {STEP_TAG} from '../../../src/aws/tags.js'
import {ensurePki} from '../../../src/pki/pki.js'
import {certificatesOf, type CertificatesReport} from '../../../src/steps/certificates/list-certificates.js'
import {instanceStepId} from '../../../src/steps/compute/node-instance.js'
import type {RunContext} from '../../../src/steps/engine/context.js'
import {CERTIFICATES} from '../../../src/steps/verify/areas/certificates.js'
import {CERTIFICATE_PLACES} from '../../../src/templates/certificate-places.js'
import {PATHS} from '../../../src/templates/paths.js'
import {systemClock} from '../../../src/clock.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {sampleSpec} from '../sample-spec.js'

describe('the certificates of a cluster', () => {
  const spec = sampleSpec({controllers: 1, workers: 1})
  // Where no API server answers.
  const publicIps = {'controller-1': '127.9.8.7', 'worker-1': '127.9.8.8'}
  const secrets = new MemorySecretStore()
  let certificate: string
  before(async () => {
    certificate = (await ensurePki({spec, publicIps, secrets})).leaf('admin').certificate
  })

  /** As the nodes print them; `changes` by path, undefined for none. */
  function contextWith(changes: Readonly<Record<string, string | undefined>>, running = Object.keys(publicIps)) {
    const lineOf = (path: string): string => {
      const pem = path in changes ? changes[path] : certificate
      return `${path} ${Buffer.from(pem ?? '').toString('base64')}`
    }
    const exec = (node: string) => (): Promise<string> => {
      const role = node === 'controller-1' ? 'controller' : 'worker'
      return Promise.resolve(CERTIFICATE_PLACES[role].map(({path}) => lineOf(path)).join('\n'))
    }
    const instances = Object.entries(publicIps).map(([node, PublicIpAddress]) => ({
      InstanceId: `i-${node}`,
      PublicIpAddress,
      State: {Name: running.includes(node) ? 'running' : 'stopped'},
      Tags: [{Key: STEP_TAG, Value: instanceStepId(node)}],
    }))
    const inventory = {...emptyInventory(), instances} as Inventory
    const nodes = {to: (node: string) => Promise.resolve({exec: exec(node)})}
    const {signal} = new AbortController()
    return {spec, secrets, inventory, nodes, clock: systemClock, signal} as unknown as RunContext
  }

  const reportWith = (...of: Parameters<typeof contextWith>): Promise<CertificatesReport> =>
    certificatesOf(contextWith(...of))

  it('are well if all were read and none ends soon, whatever may be missing', async () => {
    const {ok, unread} = await reportWith({[PATHS.healthClient.certificate]: undefined})
    expect({ok, unread}).to.deep.equal({ok: true, unread: []})
  })

  it('are not well if one is missing or cannot be read where it is used', async () => {
    const [missing, damaged] = [PATHS.etcdPeer.certificate, PATHS.kubelet.certificate]
    const {ok, unread} = await reportWith({[missing]: undefined, [damaged]: 'no certificate'})
    expect(ok).to.equal(false)
    expect(unread).to.deep.equal([
      {node: 'controller-1', file: missing, detail: 'is missing, or has no certificate'},
      {node: 'worker-1', file: damaged, detail: 'has a certificate that cannot be read'},
    ])
  })

  it("are not well if a node could not be read, although khw's own copies are", async () => {
    const {ok, unread, certificates} = await reportWith({}, ['controller-1'])
    expect(ok).to.equal(false)
    expect(unread).to.deep.equal([{node: 'worker-1', detail: 'its machine is stopped'}])
    expect(certificates.filter(({node}) => node === 'worker-1').map(({from}) => from)).to.include('khw')
  })

  it('fail a verification where one is missing', async () => {
    const context = contextWith({[PATHS.etcdPeer.certificate]: undefined})
    const verdicts = await CERTIFICATES.look({context, signal: context.signal} as Parameters<
      typeof CERTIFICATES.look
    >[0])
    expect(verdicts.filter(({state}) => state === 'FAIL').map(({id}) => id)).to.deep.equal([
      `controller-1:${PATHS.etcdPeer.certificate}`,
    ])
  })
})
