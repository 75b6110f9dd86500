import {expect} from 'chai'
import {artifactsAsked} from './artifacts-asked.js'
import {skipUnlessMachines} from './can-run.js'
import {aggregation} from './hardened/aggregation.js'
import {certificateTests} from './hardened/certs.js'
import {exposureTests} from './hardened/exposure.js'
import {keyWayTests} from './hardened/keys.js'
import {manifests} from './hardened/manifests.js'
import {verifyTests} from './hardened/verify.js'
import {pulledImages} from './hardened/pulled-images.js'
import {networkPolicies} from './hardened/network-policy.js'
import {leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'
import {readyNodes} from './kubectl.js'

const CLUSTER = 'hardened'
const FROM = artifactsAsked() ?? ['--artifacts', 'debian']
const WHAT = ['--controllers', '3', '--workers', '3', '--security-profile', 'cis']
const CREATE = ['create', '--name', CLUSTER, '--provider', 'local', ...WHAT, ...FROM, '--yes']

/**
 * What holds of a cluster that is whole and left alone, with all that hardens one: one of 3+3 serves all that look at it
 * from within.
 */
describe('a hardened cluster of 3+3 on real machines', function () {
  this.timeout(30 * 60_000)
  const khw = new Khw()

  before(function () {
    skipUnlessMachines(this)
  })
  after(() => khw.close())

  it('is made', async () => {
    await khw.succeed(...CREATE)
    expect(await readyNodes(khw, CLUSTER)).to.deep.equal(['worker-1', 'worker-2', 'worker-3'])
  })

  exposureTests(khw, CLUSTER)
  verifyTests(khw, CLUSTER)
  pulledImages(khw, CLUSTER)
  manifests(khw, CLUSTER)
  aggregation(khw, CLUSTER, ['controller-1', 'controller-2', 'controller-3'])
  networkPolicies(khw, CLUSTER)

  certificateTests(khw, CLUSTER)
  keyWayTests(khw, CLUSTER)

  // Of its own, as mocha runs a suite's own tests before those of the suites in it.
  describe('taken down', () => {
    it('leaves nothing behind', async () => {
      const prefix = prefixOf(khw.home)
      await khw.succeed('destroy', CLUSTER, '--yes')
      expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
    })
  })
})
