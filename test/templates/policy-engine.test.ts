import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {containerdConfig} from '../../src/templates/containerd.js'
import {policyDaemonSet, policyEngineObjects} from '../../src/templates/policy-engine.js'
import {POLICY_MANIFEST, TEST_RELEASES} from '../artifacts/policy-release.js'
import {sampleCluster} from './sample-cluster.js'

const {version, manifest, image} = TEST_RELEASES['kube-network-policies']
const policyEngine = {manifest: {name: 'kube-network-policies', version, ...manifest, text: POLICY_MANIFEST}, image}

interface Pods {
  readonly template: {
    readonly spec: {readonly containers: readonly Record<string, unknown>[]; readonly tolerations: unknown}
  }
}

describe('the engine of network policies', () => {
  const podsOf = (minor: string) => {
    const objects = policyEngineObjects({...sampleCluster(minor).artifacts, policyEngine})
    return (policyDaemonSet(objects)['spec'] as Pods).template.spec
  }

  it('is the objects of its release in their order, with the image that was pinned', () => {
    const objects = policyEngineObjects({...sampleCluster('1.36').artifacts, policyEngine})
    expect(objects.map(({kind}) => kind)).to.deep.equal(['ServiceAccount', 'ClusterRole', 'DaemonSet'])
    const {containers, tolerations} = podsOf('1.36')
    expect(tolerations).to.deep.equal([{operator: 'Exists', effect: 'NoSchedule'}])
    expect(containers[0]).to.deep.equal({
      name: 'engine',
      image,
      imagePullPolicy: 'IfNotPresent',
      args: ['/bin/engine', '--v=2', '--metrics-bind-address=127.0.0.1:9080'],
      securityContext: {privileged: true},
    })
  })

  it('asks containerd for its pods only where that answers', () => {
    expect(podsOf('1.28').containers[0]?.['args']).to.include('--disable-nri=true')
    expect(podsOf('1.36').containers[0]?.['args']).to.not.include('--disable-nri=true')
  })

  it('is an error where the record has none', () => {
    expect(() => policyEngineObjects(sampleCluster('1.36').artifacts)).to.throw(KhwError, 'has no manifest')
  })
})

describe('a sandbox image that is pinned', () => {
  it('has the name that containerd gives it, which has no tag', () => {
    for (const minor of ['1.28', '1.36']) {
      const {artifacts} = sampleCluster(minor)
      const images = {...artifacts.images, pause: `registry.k8s.io/pause:3.10@sha256:${'a'.repeat(64)}`}
      expect(containerdConfig({...artifacts, images})).to.include(`"registry.k8s.io/pause@sha256:${'a'.repeat(64)}"`)
    }
  })
})
