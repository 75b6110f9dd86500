import {expect} from 'chai'
import {gracefulStop} from '../../src/templates/graceful-stop.js'
import {bundleOf, fileOf, sampleCluster} from './sample-cluster.js'

describe('how an API server ends', () => {
  const unit = (changes: {controllers?: number; balanced?: boolean}): string => {
    const cluster = sampleCluster('1.36', changes)
    const spec = changes.balanced ? {...cluster.spec, loadBalancer: 'nlb' as const} : cluster.spec
    return fileOf(bundleOf({...cluster, spec}, 'controller-1'), '/etc/systemd/system/kube-apiserver.service')
  }

  it('leaves who sends to it the time to notice, and its last requests the time to be answered', () => {
    expect(unit({})).to.include('--shutdown-delay-duration=5s').and.to.include('\nTimeoutStopSec=15s\n')
    expect(unit({balanced: true}))
      .to.include('--shutdown-delay-duration=55s')
      .and.to.include('\nTimeoutStopSec=65s\n')
  })

  it('waits no longer for a load balancer than its provider needs', () => {
    const {delay} = gracefulStop({controllers: 3, loadBalancer: 'nlb'}, 0)
    // Two checks that fail, 5 s apart, the first a whole interval away.
    expect(delay).to.be.greaterThan(10).and.to.be.at.most(15)
  })

  it('waits for nobody where there is no other to go to', () => {
    expect(unit({controllers: 1})).not.to.match(/shutdown-delay|ExecStop/)
    expect(unit({controllers: 1})).to.include('\nTimeoutStopSec=10s\n')
  })

  it('is quick where the machine goes down', () => {
    expect(unit({})).to.match(/\nExecStop=-\+\/bin\/sh -c '.*is-system-running.* != stopping /)
  })

  it('is no loss to the worker that has connections to it, unlike one that has lost its etcd member', () => {
    const config = fileOf(bundleOf(sampleCluster('1.36'), 'worker-1'), '/etc/haproxy/haproxy.cfg')
    expect(config).to.match(
      /http-check expect error-status L7OKC ! string "\[-\]shutdown failed"\n +http-check expect status 200\n/,
    )
  })
})
