import {expect} from 'chai'
import {clusterSpec} from '../../src/cluster/spec.js'
import {refusal, SPEC_INPUT} from './spec-input.js'

const LOCAL = {...SPEC_INPUT, provider: 'local', region: 'local-1'} as const

describe('cluster spec', () => {
  it('accepts the hard way and freezes it', () => {
    const spec = clusterSpec(LOCAL)
    expect(spec.network.podCidr).to.equal('10.200.0.0/16')
    expect(() => Object.assign(spec, {workers: 9})).to.throw(TypeError)
    expect(() => Object.assign(spec.network, {subnets: 9})).to.throw(TypeError)
  })

  for (const controllers of [0, 2, 4, -1, 1.5, 11, Number.NaN]) {
    it(`refuses ${controllers} controllers and says what to type`, () => {
      const error = refusal({controllers})
      expect(error.code).to.equal('INVALID_SPEC')
      expect(error.message).to.include('odd')
      expect(error.suggestions[0]).to.match(/^Try --controllers [1359]$/)
      expect(error.oclif.exit).to.equal(2)
    })
  }

  it('refuses more workers than the pod range has blocks', () => {
    const error = refusal({workers: 256})
    expect(error.message).to.include('room for 255')
    expect(error.suggestions[0]).to.include('--workers 255')
    expect(clusterSpec({...LOCAL, workers: 255}).workers).to.equal(255)
    expect(refusal({workers: 16, network: {podCidr: '10.200.0.0/20'}}).message).to.include('room for 15')
  })

  it('refuses no worker at all', () => {
    expect(refusal({workers: 0}).suggestions).to.deep.equal(['Try --workers 1'])
  })

  for (const name of ['', 'Demo', '-x', 'x-', 'a.b', 'a_b', '1a', 'a'.repeat(41)]) {
    it(`refuses the name "${name}"`, () => {
      const error = refusal({name})
      expect(error.message).to.include('DNS label')
      const suggested = error.suggestions[0].replace('Try --name ', '')
      expect(clusterSpec({...LOCAL, name: suggested}).name).to.equal(suggested)
    })
  }

  it('refuses ranges that overlap, naming both', () => {
    const error = refusal({network: {podCidr: '10.240.0.0/16'}})
    expect(error.message).to.include('--pod-cidr 10.240.0.0/16').and.to.include('--vpc-cidr 10.240.0.0/16')
    expect(refusal({network: {serviceCidr: '10.200.3.0/24'}}).message).to.include('--service-cidr')
  })

  for (const podCidr of ['10.200.0.1/16', '10.200.0.0', '10.200.0.0/33', '300.0.0.0/8', 'x', '10.200.0.0/24']) {
    it(`refuses the pod range ${podCidr}`, () => {
      expect(refusal({network: {podCidr}}).message).to.include('--pod-cidr')
    })
  }

  it('names all problems at once', () => {
    const error = refusal({controllers: 2, workers: 0, name: 'NO'})
    expect(error.message.split('\n')).to.have.length(3)
    expect(error.suggestions).to.have.length(3)
  })
})
