import {expect} from 'chai'
import {NODE_CHECKS} from '../../src/benchmark/checks/node-checks.js'

/** The numbers of sections 1 to 4 of the benchmark. */
const IDS = [
  ...numbered('1.1', 21),
  ...numbered('1.2', 30),
  ...numbered('1.3', 7),
  ...numbered('1.4', 2),
  ...numbered('2', 7),
  ...numbered('3.1', 3),
  ...numbered('3.2', 2),
  ...numbered('4.1', 10),
  ...numbered('4.2', 14),
  ...numbered('4.3', 1),
]

function numbered(section: string, count: number): string[] {
  return Array.from({length: count}, (_, i) => `${section}.${i + 1}`)
}

describe('the table of checks', () => {
  it('has every check of sections 1 to 4, once, in order', () => {
    expect(NODE_CHECKS.map(({id}) => id)).to.deep.equal(IDS)
    expect(IDS).to.have.length(97)
  })

  it('has as many automated ones as the benchmark', () => {
    const automated = NODE_CHECKS.filter(check => check.automated)
    const inSection = (section: string): number => automated.filter(({id}) => id.startsWith(`${section}.`)).length
    expect(['1', '2', '3', '4'].map(inSection)).to.deep.equal([47, 6, 0, 12])
  })

  it('tests every one that a program can judge', () => {
    const judged = NODE_CHECKS.filter(({test}) => test === undefined)
    expect(judged.map(({id}) => id)).to.deep.equal(['1.2.20', '3.1.1', '3.1.2', '3.1.3', '3.2.2'])
    for (const {id, judge, automated} of judged) {
      expect(judge, id).to.be.a('string').that.is.not.empty
      expect(automated, id).to.equal(false)
    }
  })

  it('has titles that fit a line', () => {
    for (const {id, title} of NODE_CHECKS) expect(title.length, id).to.be.at.most(60)
  })
})
