import {expect} from 'chai'
import type {ClusterSummary} from '../../src/cluster/report.js'
import {KhwError} from '../../src/errors.js'
import {createIntent} from '../../src/ui/create-intent.js'

function cluster(name: string, phase: ClusterSummary['phase']): ClusterSummary {
  return {
    name,
    id: name,
    provider: 'local',
    region: 'local-1',
    phase,
    createdAt: '2026-11-22T10:00:00Z',
    expiresAt: null,
  }
}

describe('createIntent', () => {
  it('asks when nothing is said and somebody is there', () => {
    expect(createIntent({}, [cluster('lab', 'creating')], true).kind).to.equal('ask')
    expect(createIntent({controllers: 1}, [], true).kind).to.equal('ask')
  })

  it('goes on with the unfinished cluster: the named one, or the only one', () => {
    const clusters = [cluster('lab', 'creating'), cluster('old', 'ready')]
    expect(createIntent({name: 'lab'}, clusters, false)).to.include({kind: 'resume', name: 'lab'})
    expect(createIntent({}, clusters, false)).to.include({kind: 'resume', name: 'lab'})
    expect(createIntent({provider: 'local'}, clusters, false)).to.include({kind: 'resume', name: 'lab'})
  })

  it('creates when the provider is said, and looks again at a cluster that is ready', () => {
    expect(createIntent({provider: 'aws'}, [], false).kind).to.equal('create')
    expect(createIntent({name: 'lab'}, [cluster('lab', 'ready')], false).kind).to.equal('create')
  })

  it('names the flags to give when nobody is there to ask', () => {
    for (const given of [{}, {name: 'new'}, {controllers: 1}]) {
      expect(() => createIntent(given, [], false))
        .to.throw(KhwError, 'cannot ask here')
        .with.nested.property('suggestions[0]')
        .that.includes('--provider local')
    }
    expect(() => createIntent({}, [cluster('a', 'creating'), cluster('b', 'creating')], false)).to.throw(KhwError)
  })
})
