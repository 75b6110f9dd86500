import {expect} from 'chai'
import {controllersOf, placed, workersOf} from '../../src/cluster/addressing.js'
import {leavesOf} from '../../src/pki/certificates.js'
import {bundleOf, sampleCluster} from './sample-cluster.js'

const MOVED = {'controller-2': '10.240.2.21', 'worker-1': '10.240.1.253'}

describe('the files of a cluster in which nodes had to move', () => {
  const sample = sampleCluster('1.36')
  const spec = placed(sample.spec, {privateIps: MOVED})
  const cluster = {
    ...sample,
    spec,
    controllers: controllersOf(spec),
    workers: workersOf(spec),
  }
  const textOf = (name: string): string =>
    bundleOf(cluster, name)
      .files.map(file => file.content)
      .join('\n')

  it('have the addresses that are, and none of those that were planned', () => {
    for (const name of ['controller-1', 'controller-2', 'worker-1', 'worker-2']) {
      const text = textOf(name)
      expect(text, name).to.include('10.240.2.21').and.to.include('10.240.1.253 worker-1')
      expect(text, name).not.to.match(/10\.240\.1\.11\b/)
      expect(text, name).not.to.match(/10\.240\.0\.31\b/)
    }
    expect(textOf('controller-1')).to.include('controller-2=https://10.240.2.21:2380')
    expect(textOf('controller-2')).to.include('--advertise-address=10.240.2.21')
    expect(textOf('worker-1')).to.include('--node-ip=10.240.1.253')
    expect(textOf('worker-2')).to.include('server controller-2 10.240.2.21:6443')
  })

  it('have certificates for those', () => {
    const ips = leavesOf({spec, publicIps: {}, privateIps: MOVED}).flatMap(({node, names}) =>
      node === 'controller-2' ? names.ips : [],
    )
    expect(ips).to.include('10.240.2.21').and.not.to.include('10.240.1.11')
  })
})
