import {expect} from 'chai'
import {proxyEnvironment} from '../../src/cluster/node-proxy.js'
import {clusterSpec} from '../../src/cluster/spec.js'
import {KhwError} from '../../src/errors.js'
import {containerdUnit} from '../../src/templates/containerd.js'
import {fetchScript} from '../../src/templates/fetch-script.js'
import {bundleOf, fileOf, sampleCluster} from '../templates/sample-cluster.js'

const PROXY = 'http://proxy.example.org:3128'

describe('a proxy for the nodes', () => {
  const {spec, artifacts} = sampleCluster('1.36')
  const environment = proxyEnvironment({...spec, nodeProxy: PROXY})

  it('is not there unless it is asked for, and nothing of it on the nodes then', () => {
    expect(proxyEnvironment(spec)).to.deep.equal({})
    expect(fetchScript(artifacts, 'worker', {})).to.equal(fetchScript(artifacts, 'worker'))
    expect(
      fileOf(bundleOf(sampleCluster('1.36'), 'worker-1'), '/etc/systemd/system/containerd.service'),
    ).not.to.include('Environment')
  })

  it('is passed by, for the cluster itself and for what the provider tells machines', () => {
    expect(environment['HTTPS_PROXY']).to.equal(PROXY)
    expect(environment['http_proxy']).to.equal(PROXY)
    const direct = environment['no_proxy']?.split(',')
    expect(direct).to.include.members(['localhost', '169.254.169.254', '.svc', '.cluster.local'])
    expect(direct).to.include.members([spec.network.vpcCidr, spec.network.podCidr, spec.network.serviceCidr])
    expect(environment['NO_PROXY']).to.equal(environment['no_proxy'])
  })

  it('is that of the fetch script, and of containerd, which pulls images', () => {
    expect(fetchScript(artifacts, 'controller', environment)).to.include(`export https_proxy=${PROXY}\n`)
    const {content} = containerdUnit(artifacts, environment).file
    expect(content).to.include(`Environment="HTTPS_PROXY=${PROXY}"`)
    expect(content).to.match(/Environment="NO_PROXY=localhost,.*\.cluster\.local"/)
  })

  for (const [nodeProxy, why] of [
    ['proxy:3128', 'not the URL'],
    ['http://me:secret@proxy:3128', 'no user and no password'],
    ['http://127.0.0.1:3128', 'on each node itself'],
  ] as const)
    it(`is refused: ${nodeProxy}`, () => {
      try {
        clusterSpec({...spec, nodeProxy})
      } catch (error) {
        if (!(error instanceof KhwError)) throw error
        expect(error.message).to.include(why).and.not.to.include('secret')
        expect(error.suggestions[0]).to.include('--node-proxy http://')
        return
      }
      throw new Error('it was accepted')
    })
})
