import {expect} from 'chai'
import {controllersOf, placed} from '../../../src/cluster/addressing.js'
import {memberNamed, parseMembers} from '../../../src/steps/etcd/members.js'
import {sampleSpec} from '../sample-spec.js'

/** As etcdctl 3.4 and newer print it: the second has never run, the third was added for a machine that is to come. */
const LIST = `8e9e05c52164694d, started, controller-1, https://10.240.0.11:2380, https://10.240.0.11:2379, false
91bc3c398fb3c146, started, controller-2, https://10.240.1.11:2380, , false
fd422379fda50e48, unstarted, , https://10.240.2.11:2380, , false
`

describe('etcd members', () => {
  const members = parseMembers(LIST)
  const [one, two, three] = controllersOf(placed(sampleSpec({controllers: 3, workers: 1}), {}))

  it('are known by name, or by address as long as they have none', () => {
    const found = [one, two, three].map(node => node && memberNamed(members, node))
    expect(found.map(m => [m?.id, m?.name, m?.hasRun])).to.deep.equal([
      ['8e9e05c52164694d', 'controller-1', true],
      ['91bc3c398fb3c146', 'controller-2', false],
      ['fd422379fda50e48', '', false],
    ])
  })

  it('are none where etcd never ran', () => {
    expect(parseMembers('')).to.deep.equal([])
    expect(parseMembers('\n')).to.deep.equal([])
  })
})
