import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {expect} from 'chai'
import {stringify} from 'yaml'
import {upstreamImages} from '../../src/artifacts/upstream/images.js'
import {componentVersions, SUPPORTED_MINORS} from '../../src/kubernetes/component-versions.js'
import {allAddons} from '../../src/steps/addons/registry.js'
import {policyEngineObjects} from '../../src/templates/policy-engine.js'
import {POLICY_MANIFEST, TEST_RELEASES} from '../artifacts/policy-release.js'
import {releaseOf} from '../../src/kubernetes/releases.js'
import {bundleOf, SAMPLES, sampleCluster} from './sample-cluster.js'

const SERVING = {ca: '<certificate ca>\n', certificate: '<certificate>\n', privateKey: '<key>\n'}

/**
 * Every file of a node, compared character by character with test/fixtures/rendered/<minor>/<node>.txt, so that a change
 * of a template shows in review what it changes on machines. To accept a change: KHW_UPDATE_RENDERED=1 npx mocha ...
 */
describe('what is rendered for a 3+3 cluster', () => {
  it('is kept for some old releases and for each from 1.34 on', () => {
    const recent = SUPPORTED_MINORS.filter(minor => Number(minor.slice('1.'.length)) >= 34)
    expect(Object.keys(SAMPLES)).to.include.members(['1.20', '1.28', '1.32', ...recent])
  })

  for (const minor of Object.keys(SAMPLES)) {
    const cluster = sampleCluster(minor)
    for (const node of ['controller-1', 'worker-2']) {
      it(`${minor} ${node}`, () => {
        const {files, units} = bundleOf(cluster, node)
        const parts = [
          ...files.map(file => `==> ${file.path} 0${file.mode.toString(8)} ${file.owner}\n${file.content}`),
          `==> units\n${units.map(unit => `${unit.name} ${unit.startNow ? 'now' : 'later'}\n`).join('')}`,
        ]
        sameAsFixture(`${minor}/${node}.txt`, parts.join('\n'))
      })
    }
    for (const addon of allAddons()) {
      it(`${minor} ${addon.title}`, () => {
        const images = upstreamImages(componentVersions(cluster.spec.kubernetesVersion))
        const objects = addon.objects(cluster.spec, images[addon.name], SERVING)
        sameAsFixture(`${minor}/${addon.name}.yaml`, objects.map(object => stringify(object)).join('---\n'))
      })
    }
    if (!releaseOf(cluster.spec.kubernetesVersion).refusesListByWatch) continue
    // Of a manifest of the tests' own: that of a release is no part of this repository.
    it(`${minor} kube-network-policies`, () => {
      const {version, manifest, image} = TEST_RELEASES['kube-network-policies']
      const policyEngine = {manifest: {name: 'engine', version, ...manifest, text: POLICY_MANIFEST}, image}
      const objects = policyEngineObjects({...cluster.artifacts, policyEngine})
      sameAsFixture(`${minor}/kube-network-policies.yaml`, objects.map(object => stringify(object)).join('---\n'))
    })
  }
})

function sameAsFixture(name: string, text: string): void {
  const path = new URL(`../fixtures/rendered/${name}`, import.meta.url).pathname
  if (process.env['KHW_UPDATE_RENDERED'] === '1') {
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, text)
  }
  expect(text).to.equal(readFileSync(path, 'utf8'))
}
