import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'chai'
import type {BalancerConfig} from '../../../../src/local/vpc/balancer/balancer-config.js'
import {Checker} from '../../../../src/local/vpc/balancer/checker.js'

const CHECK = {protocol: 'TCP', port: 'traffic-port', intervalSeconds: 0.005, timeoutSeconds: 1} as const

function config(keys: readonly string[], drainsUnhealthy = 0): BalancerConfig {
  const targets = keys.map((key, index) => ({
    key,
    address: `10.0.0.${index}`,
    port: 80,
    checkPort: 81,
    availabilityZone: 'b',
    checkedFrom: 0,
    isDraining: false,
  }))
  const group = {
    healthCheck: {...CHECK, healthyThreshold: 3, unhealthyThreshold: 2},
    preservesClients: false,
    isSticky: false,
    isCrossZone: false,
    endsUnhealthy: true,
    drainsUnhealthy,
    targets,
  }
  const zones = ['a', 'b'].map(name => ({availabilityZone: name, device: name, address: `of ${name}`}))
  return {zones, listeners: [{port: 443, targetGroupArn: 'group'}], groups: {group}}
}

describe('the checks of targets', () => {
  let outcomes: boolean[]
  let asked: string[]
  let changes: string[]
  let checker: Checker
  beforeEach(() => {
    outcomes = []
    asked = []
    changes = []
    checker = new Checker({
      known: key => (key === 'old' ? 'healthy' : 'initial'),
      onChange: () => changes.push(`${asked.length}: ${Object.values(checker.report()).join(' ')}`),
      check: (_, {port, localAddress}) => {
        asked.push(`${localAddress} to ${port}`)
        return outcomes.length > 0 ? Promise.resolve(outcomes.shift() === true) : new Promise(() => undefined)
      },
    })
  })
  afterEach(() => {
    checker.update(config([]))
  })
  const settled = async (): Promise<void> => {
    while (outcomes.length > 0) await sleep(5)
    await sleep(10)
  }

  it('decide after so many of one outcome in a row', async () => {
    outcomes = [true, true, false, true, true, true, false, true, false, false, true, true, true]
    checker.update(config(['new']))
    expect(checker.healthOf('new')).to.equal('initial')
    await settled()
    expect(changes).to.deep.equal(['6: healthy', '10: unhealthy', '13: healthy'])
    expect(asked[0], 'from the zone of the target, to the port of the check').to.equal('of b to 81')
  })

  it('let a target drain before it is unhealthy, unless it recovers', async () => {
    outcomes = [false, false]
    checker.update(config(['new'], 0.05))
    await settled()
    expect(checker.healthOf('new')).to.equal('unhealthy.draining')
    await sleep(60)
    expect(changes).to.deep.equal(['2: unhealthy.draining', '3: unhealthy'])
    checker.update(config([]))
    ;[changes, asked] = [[], []]
    outcomes = [false, false, false, true, true, true]
    checker.update(config(['new'], 0.05))
    await settled()
    await sleep(60)
    expect(changes).to.deep.equal(['2: unhealthy.draining', '6: healthy'])
  })

  it('go on from what was known before', async () => {
    outcomes = [false]
    checker.update(config(['old']))
    await settled()
    expect(checker.healthOf('old')).to.equal('healthy')
  })

  it('begin when the registration is through, and end with the target', async () => {
    outcomes = Array<boolean>(100).fill(true)
    const {zones, listeners, groups} = config(['new', 'late'])
    const {group} = groups
    if (group === undefined) throw new Error('no group')
    const targets = group.targets.map(target =>
      target.key === 'late' ? {...target, checkPort: 82, checkedFrom: Date.now() + 3_600_000} : target,
    )
    checker.update({zones, listeners, groups: {group: {...group, targets}}})
    while (checker.healthOf('new') !== 'healthy') await sleep(5)
    expect(new Set(asked), 'the late one is not asked').to.deep.equal(new Set(['of b to 81']))
    expect(checker.healthOf('late')).to.equal('initial')
    checker.update(config([]))
    const count = asked.length
    await sleep(30)
    expect([asked.length, checker.report()]).to.deep.equal([count, {}])
  })
})
