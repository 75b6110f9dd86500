import {expect} from 'chai'
import {readyzResponder} from '../../src/templates/readyz.js'
import {bundleOf, fileOf, sampleCluster} from './sample-cluster.js'
import {sandbox, type Sandbox} from './shell.js'

describe('what a controller tells a load balancer', () => {
  let box: Sandbox
  beforeEach(async () => {
    box = await sandbox()
  })
  afterEach(() => box.remove())

  const script = readyzResponder().files.find(({path}) => path.endsWith('khw-readyz'))?.content ?? ''
  const ask = async (curl: string): Promise<string> => {
    await box.standIn('curl', curl)
    const request = 'GET /readyz HTTP/1.1\r\nHost: 10.240.0.11:6444\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n'
    return (await box.run(script, Buffer.from(request))).stdout
  }

  it('is ready when its own API server says so to a certificate', async () => {
    const asked = `[ "$*" = "-sf -m 2 -o /dev/null --cacert /etc/kubernetes/pki/ca.crt --cert /etc/kubernetes/pki/health-client.crt --key /etc/kubernetes/pki/health-client.key https://127.0.0.1:6443/readyz" ]`
    expect(await ask(asked)).to.equal('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })

  it('is not when that is down, or has lost its etcd member', async () => {
    for (const code of [7, 22, 28]) expect(await ask(`exit ${code}`)).to.match(/^HTTP\/1\.1 503 .*\r\n/)
  })

  it('is asked on a port of its own, and only where there is a load balancer', () => {
    const cluster = sampleCluster('1.36')
    expect(bundleOf(cluster, 'controller-1').units.map(({name}) => name)).not.to.include('khw-readyz.socket')
    const balanced = bundleOf({...cluster, spec: {...cluster.spec, loadBalancer: 'nlb'}}, 'controller-1')
    expect(balanced.units).to.deep.include({name: 'khw-readyz.socket', inputs: [], startNow: true})
    expect(fileOf(balanced, '/etc/systemd/system/khw-readyz.socket')).to.include('\nListenStream=6444\n')
    expect(fileOf(balanced, '/etc/systemd/system/khw-readyz@.service')).to.include(
      '\nExecStart=-/usr/local/sbin/khw-readyz\n',
    )
  })
})
