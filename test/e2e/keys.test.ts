import {expect} from 'chai'
import {skipUnlessMachines} from './can-run.js'
import {keyTests} from './hardened/keys.js'
import {leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'
import {readyNodes} from './kubectl.js'

const CLUSTER = 'keys'
const CREATE = ['create', '--name', CLUSTER, '--provider', 'local', '--controllers', '1', '--workers', '1', '--yes']

describe('the keys of a cluster of 1+1 on real machines', function () {
  this.timeout(20 * 60_000)
  const khw = new Khw()

  before(function () {
    skipUnlessMachines(this)
  })
  after(() => khw.close())

  it('are drawn with it', async () => {
    await khw.succeed(...CREATE)
    expect(await readyNodes(khw, CLUSTER)).to.deep.equal(['worker-1'])
  })

  keyTests(khw, CLUSTER, ['controller-1'])

  // Of its own, as mocha runs a suite's own tests before those of the suites in it.
  describe('taken down', () => {
    it('leaves nothing behind', async () => {
      const prefix = prefixOf(khw.home)
      await khw.succeed('destroy', CLUSTER, '--yes')
      expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
    })
  })
})
