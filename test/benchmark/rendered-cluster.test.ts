import {expect} from 'chai'
import {verdictOf, type Verdict} from '../../src/benchmark/check.js'
import {NODE_CHECKS} from '../../src/benchmark/checks/node-checks.js'
import type {NodeFacts} from '../../src/benchmark/facts.js'
import {nodesOf} from '../../src/cluster/addressing.js'
import {releaseOf} from '../../src/kubernetes/releases.js'
import {encryptionConfiguration} from '../../src/pki/encryption.js'
import {PATHS} from '../../src/templates/paths.js'
import {bundleOf, SAMPLES, sampleCluster, type SampleCluster} from '../templates/sample-cluster.js'
import {bundleFacts} from './bundle-facts.js'

/** As kube-bench counts: what is not applicable is a warning there. */
const BEST = 90

function verdicts(minor: string, changes?: Parameters<typeof sampleCluster>[1]): readonly Verdict[] {
  const cluster = sampleCluster(minor, changes)
  const facts = nodesOf(cluster.spec).map(({name, role}) => factsOf(cluster, name, role))
  return NODE_CHECKS.map(check => verdictOf(check, facts))
}

function factsOf(cluster: SampleCluster, name: string, role: NodeFacts['role']): NodeFacts {
  const {spec, artifacts} = cluster
  const release = releaseOf(spec.kubernetesVersion)
  const importsImages = artifacts.artifacts.some(({install}) => install.kind === 'image')
  const bundle = bundleOf(cluster, name)
  // The sample's secrets are placeholders.
  const files = bundle.files.map(file =>
    file.path === PATHS.encryptionConfig
      ? {...file, content: encryptionConfiguration(release.encryptionProvider, [{name: 'key-1', text: 'c2VjcmV0'}])}
      : file,
  )
  return bundleFacts(name, role, {release, importsImages}, {...bundle, files})
}

function inState(state: Verdict['state'], all: readonly Verdict[]): readonly string[] {
  return all.filter(verdict => verdict.state === state).map(({id}) => id)
}

describe('the checks of the benchmark, of what khw renders', () => {
  for (const minor of Object.keys(SAMPLES)) {
    it(`${minor}: fails none`, () => {
      for (const all of [verdicts(minor), verdicts(minor, {securityProfile: 'cis'})]) {
        expect(all).to.have.length(NODE_CHECKS.length)
        expect(all.filter(({state}) => state === 'FAIL')).to.deep.equal([])
      }
    })
  }

  it('passes all that can be passed with the profile cis', () => {
    const all = verdicts('1.36', {securityProfile: 'cis'})
    expect(all.filter(({state}) => state !== 'PASS').map(({id}) => id)).to.deep.equal([
      ...['1.1.9', '1.1.10', '1.2.20', '3.1.1', '3.1.2', '3.1.3', '3.2.2'],
    ])
    expect(inState('PASS', all)).to.have.length.at.least(BEST)
  })

  it('says why a release or its artifacts cannot pass one', () => {
    const old = (images: 'archives' | 'region'): readonly Verdict[] =>
      verdicts('1.20', {securityProfile: 'cis', images})
    expect(inState('NOT-APPLICABLE', old('region'))).to.deep.equal(['1.1.9', '1.1.10', '1.2.3', '4.2.14'])
    expect(inState('NOT-APPLICABLE', old('archives'))).to.deep.equal(['1.1.9', '1.1.10', '1.2.3', '1.2.11', '4.2.14'])
  })
})
