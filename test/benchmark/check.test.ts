import {expect} from 'chai'
import {verdictOf, type Finding, type NodeCheck} from '../../src/benchmark/check.js'
import type {NodeFacts} from '../../src/benchmark/facts.js'
import {factsWith} from './facts-with.js'

const NODES = ['controller-1', 'controller-2', 'controller-3'].map(name => factsWith({name}))

function check(changes: Partial<NodeCheck>): NodeCheck {
  return {id: '1.1.1', title: 'Something', automated: true, on: 'controller', ...changes}
}

/** Of each node by its number. */
function saying(findings: readonly Finding[]): (facts: NodeFacts) => Finding {
  return ({name}) => findings[Number(name.at(-1)) - 1] ?? {ok: true, found: ''}
}

const good = {ok: true, found: 'good'}
const bad = {ok: false, found: 'bad'}

describe('a check on all nodes', () => {
  it('passes where it passes on each', () => {
    const verdict = verdictOf(check({test: saying([good, good, good])}), NODES)
    expect(verdict).to.deep.equal({id: '1.1.1', title: 'Something', state: 'PASS', found: 'good'})
  })

  it('fails where it fails on one, and names that one', () => {
    const verdict = verdictOf(check({test: saying([good, bad, good])}), NODES)
    expect(verdict).to.include({state: 'FAIL', found: 'controller-2: bad'})
  })

  it('says together what several found', () => {
    const worse = {ok: false, found: 'worse'}
    const verdict = verdictOf(check({test: saying([bad, worse, bad])}), NODES)
    expect(verdict.found).to.equal('controller-1, controller-3: bad; controller-2: worse')
  })

  it('does not name the nodes where all found the same', () => {
    expect(verdictOf(check({test: saying([bad, bad, bad])}), NODES).found).to.equal('bad')
  })

  it('is for a person to judge where the benchmark says so', () => {
    expect(verdictOf(check({automated: false, test: saying([bad])}), NODES).state).to.equal('WARN')
    expect(verdictOf(check({automated: false, judge: 'look there'}), NODES)).to.include({
      state: 'WARN',
      found: 'look there',
    })
  })

  it('is not applicable where there is nothing to look at, or the cluster cannot pass it', () => {
    const nothing = {ok: undefined, found: 'no such files'}
    const verdict = verdictOf(check({test: saying([nothing, nothing, nothing])}), NODES)
    expect(verdict).to.include({state: 'NOT-APPLICABLE', found: 'no such files'})
    const beyond = verdictOf(check({beyond: () => 'too old', test: saying([bad, bad, bad])}), NODES)
    expect(beyond).to.include({state: 'NOT-APPLICABLE', found: 'too old'})
    expect(verdictOf(check({beyond: () => 'too old', test: saying([good, good, good])}), NODES).state).to.equal('PASS')
  })

  it('does not pass on a node that could not be asked, and names that one', () => {
    const silent = [{name: 'controller-4', role: 'controller'} as const, {name: 'worker-1', role: 'worker'} as const]
    expect(verdictOf(check({test: saying([good, good, good])}), NODES, silent)).to.include({
      state: 'WARN',
      found: 'controller-4: could not be looked at',
    })
    expect(verdictOf(check({test: saying([bad, bad, bad])}), NODES, silent)).to.include({
      state: 'FAIL',
      found: 'controller-1, controller-2, controller-3: bad',
    })
    expect(verdictOf(check({on: 'worker', test: saying([])}), NODES, silent)).to.include({
      state: 'WARN',
      found: 'worker-1: could not be looked at',
    })
  })

  it('does not pass if no node could be read', () => {
    expect(verdictOf(check({test: saying([])}), []).state).to.equal('NOT-APPLICABLE')
  })
})
