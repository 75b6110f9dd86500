import {expect} from 'chai'
import {clusterSpec, type ClusterSpec, type SpecInput} from '../../../src/cluster/spec.js'
import {machineFindings, type MachineFindings} from '../../../src/steps/preflight/machine-findings.js'
import {testRegion, type TestRegion} from '../../local/api/test-region.js'
import {sampleSpec} from '../sample-spec.js'

const {signal} = new AbortController()

function specWith(change: Partial<SpecInput>): ClusterSpec {
  return clusterSpec({...sampleSpec({controllers: 1, workers: 1}), network: {}, ...change})
}

describe('what a region says of the machines asked for', () => {
  let region: TestRegion
  before(async () => {
    region = await testRegion()
  })
  after(() => region.close())

  const look = (change: Partial<SpecInput>, only?: 'amd64' | 'arm64'): Promise<MachineFindings> =>
    machineFindings({ec2: region.ec2, region: 'local-1', spec: specWith(change), only, signal})

  it('the architecture is that of the types', async () => {
    expect(await look({})).to.deep.include({architecture: 'amd64', problems: []})
    const arm = await look({
      controllerType: 't4g.medium',
      workerType: 'm6g.large',
      fallbackTypes: {worker: ['m7g.large']},
    })
    expect(arm).to.deep.include({architecture: 'arm64', problems: []})
    expect(arm.types.get('m6g.large')).to.include({vcpus: 2, memoryMib: 8192})
  })

  it('all that is wrong is told at once, each with what to type', async () => {
    const {architecture, problems} = await look({
      controllerType: 't9.medium',
      workerType: 'z1.large',
      network: {zones: ['local-1a', 'local-1x']},
    })
    expect(architecture).to.equal(undefined)
    expect(problems.map(problem => problem.what)).to.deep.equal([
      'The region local-1 has no instance type t9.medium.',
      'The region local-1 has no instance type z1.large.',
      'The region local-1 has no availability zone local-1x for this account: it has local-1a, local-1b, local-1c.',
    ])
    expect(problems[2]?.fix).to.equal('Try --zones local-1a,local-1b,local-1c')
  })

  it('both architectures at once are refused, with a type that fits', async () => {
    const {problems} = await look({workerType: 't3.large', fallbackTypes: {worker: ['t4g.large']}})
    expect(problems).to.have.length(1)
    expect(problems[0]?.what).to.match(/worker type t4g\.large is arm64, but t3\.medium.* amd64: all machines/)
    expect(problems[0]?.fix).to.equal('Try --worker-type t3.medium')
    const other = await look({controllerType: 't4g.medium'})
    expect(other.problems.map(problem => problem.fix)).to.deep.equal(['Try --worker-type t4g.medium'])
  })

  it('a region all of whose machines are alike takes no others', async () => {
    const {problems} = await look({controllerType: 't4g.medium', workerType: 't4g.medium'}, 'amd64')
    expect(problems.map(problem => problem.fix)).to.deep.equal([
      'Try --controller-type t3.medium',
      'Try --worker-type t3.medium',
    ])
    expect(problems[0]?.what).to.include('the machines of the region local-1 are amd64')
  })
})
