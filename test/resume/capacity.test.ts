import {expect} from 'chai'
import {differences} from './crash/logical-state.js'
import {ModelCluster} from './model-cluster.js'
import type {Kill} from './model-lifeline.js'

/** Two zones without room for the machines of a 1+1: each of them is asked for three times. */
const FAULTS = {capacity: [{zone: 'local-1a'}, {zone: 'local-1b'}]} as const
/** One each while the first, the second and the third zone are asked; the other machine's are like these. */
const LAUNCHES = [1, 3, 5]

const KILLS = (['before', 'after'] as const).flatMap(when =>
  LAUNCHES.map((nth): Kill => ({nth, when, of: 'RunInstancesCommand'})),
)

describe('a create that is killed while it looks for room', function () {
  this.timeout(60_000)

  /** What is there in the end, after a create that was killed, as the case may be, and another one. */
  async function made(kill?: Kill, faultsThen: object = FAULTS): Promise<readonly string[]> {
    const real = await ModelCluster.open()
    try {
      real.region.faults.set(FAULTS)
      const whole = await real.create(kill)
      expect(whole === undefined, 'killed').to.equal(kill !== undefined)
      real.region.faults.set(faultsThen)
      await real.create()
      return real.region.lines(real.clusterId)
    } finally {
      await real.close()
    }
  }

  it('goes on with the very call it was at, and has each machine once', async () => {
    const expected = await made()
    expect(expected.filter(line => /10\.240\.2\.(20|253)/.test(line))).not.to.deep.equal([])
    const found = await Promise.all(KILLS.map(async kill => [kill, await made(kill)] as const))
    for (const [{when, nth}, lines] of found)
      expect(differences(expected, lines), `killed ${when} launch ${nth}`).to.deep.equal([])
  })

  it('has each machine once, wherever it was, if there is room in the meantime', async () => {
    const found = await Promise.all(KILLS.filter(({when}) => when === 'after').map(kill => made(kill, {})))
    for (const lines of found) {
      const machines = lines.filter(line => line.startsWith('instance '))
      expect(machines, machines.join('\n')).to.have.length(2)
    }
  })
})
