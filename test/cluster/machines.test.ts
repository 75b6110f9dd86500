import {expect} from 'chai'
import {typesOf} from '../../src/cluster/machines.js'
import {clusterSpec} from '../../src/cluster/spec.js'
import {refusal, SPEC_INPUT} from './spec-input.js'

describe('the machines of a spec', () => {
  it('have types in order of preference', () => {
    const spec = clusterSpec({
      ...SPEC_INPUT,
      workerType: 'm5.large',
      fallbackTypes: {worker: ['m5a.large', 'm6i.large']},
    })
    expect(typesOf(spec, 'worker')).to.deep.equal(['m5.large', 'm5a.large', 'm6i.large'])
    expect(typesOf(spec, 'controller')).to.deep.equal(['t3.medium'])
  })

  for (const type of ['', 't3', 'T3.medium', 't3.', '.medium', 't3 medium', 't3.medium;']) {
    it(`refuses the type "${type}" and says what to type`, () => {
      const error = refusal({workerType: type})
      expect(error.message).to.include('--worker-type').and.to.include(`"${type}"`)
      expect(error.suggestions).to.deep.equal(['Try --worker-type t3.medium'])
    })
  }

  it('refuses a type twice, and more types than anybody waits for', () => {
    expect(refusal({fallbackTypes: {controller: ['t3.medium']}}).suggestions).to.deep.equal([
      'Try --controller-type t3.medium',
    ])
    const many = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'].map(size => `m5.${size}`)
    expect(refusal({fallbackTypes: {worker: many}}).suggestions[0]).to.equal(
      'Try --worker-type t3.medium,m5.large,m5.xlarge,m5.2xlarge,m5.4xlarge',
    )
  })

  for (const [size, suggested] of [
    [0, 8],
    [7, 8],
    [20.5, 21],
    [20_000, 16_384],
    [Number.NaN, 20],
  ] as const) {
    it(`refuses a volume of ${size} GiB`, () => {
      expect(refusal({volumeSize: size}).suggestions).to.deep.equal([`Try --volume-size ${suggested}`])
      expect(clusterSpec({...SPEC_INPUT, volumeSize: suggested}).volumeSize).to.equal(suggested)
    })
  }

  it('make as many subnets as there are zones, or more', () => {
    const zones = ['eu-west-1a', 'eu-west-1c']
    expect(clusterSpec({...SPEC_INPUT, network: {zones}}).network.subnets).to.equal(2)
    expect(clusterSpec({...SPEC_INPUT, network: {zones, subnets: 4}}).network.subnets).to.equal(4)
    expect(clusterSpec(SPEC_INPUT).network.subnets).to.equal(3)
  })

  it('refuses zones that are none, twice the same, or more than subnets', () => {
    for (const zones of [[], ['eu-west-1a', ''], ['EU-WEST-1A'], ['eu-west-1a; rm']])
      expect(refusal({network: {zones}}).message).to.include('not the name of an availability zone')
    expect(refusal({network: {zones: ['eu-west-1a', 'eu-west-1a']}}).suggestions).to.deep.equal([
      'Try --zones eu-west-1a',
    ])
    expect(refusal({network: {zones: ['eu-west-1a', 'eu-west-1b'], subnets: 1}}).suggestions).to.deep.equal([
      'Try --subnet-count 2, or leave it out',
    ])
  })

  it('refuses an image that is neither a family nor an id, and a login user where it is known', () => {
    for (const image of ['debian', 'ubuntu', 'ami-', 'Debian-12', 'toString'])
      expect(refusal({image}).suggestions).to.deep.equal(['Try --image debian-12'])
    expect(refusal({image: 'al2023', loginUser: 'root'}).message).to.include('--image ami-ID only')
    expect(refusal({loginUser: 'root'}).suggestions).to.deep.equal(['Leave out --login-user'])
    expect(refusal({image: 'ami-01234567', loginUser: 'No Body'}).message).to.include('not the name of a user')
    expect(clusterSpec({...SPEC_INPUT, image: 'ami-01234567', loginUser: 'core'}).loginUser).to.equal('core')
  })

  for (const subnets of [0, -1, 1.5, 17, Number.NaN]) {
    it(`refuses ${subnets} subnets`, () => {
      expect(refusal({network: {subnets}}).suggestions).to.deep.equal(['Try --subnet-count 3'])
    })
  }
})
