import {expect} from 'chai'
import {
  controllersOf,
  dnsServiceIp,
  kubernetesServiceIp,
  nodesOf,
  placed,
  subnetCidr,
  workersOf,
} from '../../src/cluster/addressing.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import {SPEC_INPUT} from './spec-input.js'

function spec(controllers: number, workers: number): ClusterSpec {
  return clusterSpec({...SPEC_INPUT, controllers, workers})
}

describe('addressing', () => {
  it('numbers nodes from 1 and places them round robin', () => {
    expect(controllersOf(placed(spec(3, 3), {})).map(n => [n.name, n.subnet, n.privateIp])).to.deep.equal([
      ['controller-1', 1, '10.240.0.11'],
      ['controller-2', 2, '10.240.1.11'],
      ['controller-3', 3, '10.240.2.11'],
    ])
    expect(workersOf(placed(spec(1, 4), {})).map(n => [n.name, n.subnet, n.privateIp, n.podCidr])).to.deep.equal([
      ['worker-1', 1, '10.240.0.31', '10.200.1.0/24'],
      ['worker-2', 2, '10.240.1.31', '10.200.2.0/24'],
      ['worker-3', 3, '10.240.2.31', '10.200.3.0/24'],
      ['worker-4', 1, '10.240.0.32', '10.200.4.0/24'],
    ])
  })

  it('gives the largest cluster addresses of its own', () => {
    const nodes = nodesOf(placed(spec(9, 255), {}))
    expect(new Set(nodes.map(n => n.privateIp)).size).to.equal(264)
    for (const node of nodes) expect(Number(node.privateIp.split('.')[3])).to.be.within(11, 254)
  })

  it('has the service addresses where everybody expects them', () => {
    expect(kubernetesServiceIp(spec(1, 1))).to.equal('10.32.0.1')
    expect(dnsServiceIp(spec(1, 1))).to.equal('10.32.0.10')
    expect(subnetCidr(spec(1, 1), 3)).to.equal('10.240.2.0/24')
  })
})
