import {expect} from 'chai'
import fc from 'fast-check'
import {formatIpv4} from '../../src/cluster/cidr.js'
import {admits, listRanges, operatorRanges, parseOperatorRanges} from '../../src/cluster/operator-ranges.js'
import {clusterSpec} from '../../src/cluster/spec.js'
import {ingressRules} from '../../src/steps/network/rule-table.js'
import {khwErrorOf, SPEC_INPUT} from './spec-input.js'

/** Any range in CIDR notation: an address with its host bits zero, and the length of its prefix. */
const ranges = fc
  .tuple(fc.integer({min: 0, max: 2 ** 32 - 1}), fc.integer({min: 0, max: 32}))
  .map(([address, prefix]) => `${formatIpv4(address - (address % 2 ** (32 - prefix)))}/${prefix}`)

const specs = fc
  .record({controllers: fc.constantFrom(1, 3, 5), workers: fc.integer({min: 1, max: 9}), n: fc.nat(99)})
  .map(({controllers, workers, n}) =>
    clusterSpec({
      ...SPEC_INPUT,
      controllers,
      workers,
      network: {podCidr: `10.${100 + n}.0.0/16`, vpcCidr: `10.${n}.0.0/16`, serviceCidr: `172.16.${n}.0/24`},
    }),
  )

const prefixOf = (range: string): number => Number(range.split('/')[1])

describe('the ranges from which a cluster may be reached', () => {
  it('open no rule of any cluster to the world, whatever was typed, unless that was insisted on', () => {
    let accepted = 0
    fc.assert(
      fc.property(specs, fc.array(ranges, {minLength: 1, maxLength: 4}), fc.boolean(), (spec, typed, insisted) => {
        const wide = typed.filter(range => prefixOf(range) < 8)
        if (wide.length > 0 && !insisted) {
          const {code, message, suggestions} = khwErrorOf(() => parseOperatorRanges(typed, insisted))
          expect(code).to.equal('USAGE')
          expect(message).to.match(/ would open SSH and the API to /)
          expect(suggestions.join()).to.include('--allow-world')
          return
        }
        accepted += 1
        const rules = ingressRules(spec, parseOperatorRanges(typed, insisted))
        const open = rules.flatMap(rule => ('cidr' in rule.from ? [rule.from.cidr] : []))
        const narrow = open.filter(range => !wide.includes(range))
        for (const range of narrow) expect(prefixOf(range)).to.be.at.least(8)
        for (const range of typed) expect(open).to.include(range)
      }),
    )
    expect(accepted).to.be.greaterThan(10)
  })

  it('are one address each where no length is said, each of them once', () => {
    expect(parseOperatorRanges(['203.0.113.7', ' 203.0.113.7/32', '198.51.100.0/24'], false)).to.deep.equal([
      '203.0.113.7/32',
      '198.51.100.0/24',
    ])
    for (const wrong of ['', 'home', '203.0.113.7/24', '203.0.113.0/33', '::/0'])
      expect(khwErrorOf(() => parseOperatorRanges([wrong], true)).message).to.include('is not an IPv4 address')
    const many = Array.from({length: 21}, (_, i) => `203.0.113.${i}`)
    expect(khwErrorOf(() => parseOperatorRanges(many, false)).message).to.include('20 ranges at most')
  })

  it('are kept as one, and more where there are more', () => {
    expect(operatorRanges(['203.0.113.7/32'])).to.deep.equal({operatorCidr: '203.0.113.7/32'})
    fc.assert(
      fc.property(fc.array(ranges, {minLength: 1}), several => {
        expect(listRanges(operatorRanges(several))).to.deep.equal(several)
      }),
    )
  })

  it('admit who is in one of them, as a whole', () => {
    const cluster = operatorRanges(['203.0.113.0/24', '198.51.100.7/32'])
    expect(admits(cluster, ['203.0.113.9/32', '198.51.100.7/32'])).to.equal(true)
    expect(admits(cluster, ['203.0.114.9/32'])).to.equal(false)
    expect(admits(cluster, ['203.0.113.9/32', '198.51.100.8/32'])).to.equal(false)
    expect(admits(cluster, ['203.0.112.0/23'])).to.equal(false)
  })
})
