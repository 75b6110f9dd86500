import {expect} from 'chai'
import {equivalentCommand} from '../../src/ui/equivalent-command.js'
import {requestOf, type CreateFlags} from '../../src/ui/create-flags.js'
import type {CreateRequest} from '../../src/steps/request/create-request.js'
import {summaryRows} from '../../src/ui/create-answers.js'

const flags = (said: Partial<CreateFlags>): CreateFlags => said as CreateFlags

describe('the flags that say what machines to take', () => {
  const said = flags({
    'controller-type': 't3.medium',
    'worker-type': 'm5.large, m5a.large',
    'volume-size': 40,
    zones: 'us-west-2a,us-west-2c',
    'subnet-count': 4,
    image: 'al2023',
    spot: true,
    'security-profile': 'cis',
    ssm: true,
    cni: 'kube-network-policies',
  })

  it('make a request, and only what was said is in it', () => {
    expect(requestOf(said)).to.deep.equal({
      controllerTypes: ['t3.medium'],
      workerTypes: ['m5.large', 'm5a.large'],
      volumeSize: 40,
      image: 'al2023',
      spot: true,
      securityProfile: 'cis',
      ssm: true,
      cni: 'kube-network-policies',
      network: {zones: ['us-west-2a', 'us-west-2c'], subnets: 4},
    })
    expect(requestOf(flags({}))).to.deep.equal({})
  })

  it('are in the command that asks for the same', () => {
    expect(equivalentCommand(requestOf(said))).to.equal(
      'khw create --cni kube-network-policies --zones us-west-2a,us-west-2c --subnet-count 4 --controller-type t3.medium --worker-type m5.large,m5a.large --volume-size 40 --image al2023 --security-profile cis --spot --ssm',
    )
  })

  it('are in the summary that is shown before', () => {
    const rows = new Map(summaryRows(requestOf(said)))
    expect(rows.get('Machines')).to.equal(
      'controllers t3.medium, workers m5.large or m5a.large, 40 GiB each, al2023, workers on the spot market, Session Manager',
    )
    expect(rows.get('Costs')).to.match(/^at most \$0\.\d\d an hour/)
    expect(rows.get('Prices')).to.match(/the spot market takes less$/)
    expect(rows.get('Zones')).to.equal('us-west-2a, us-west-2c')
    expect(rows.get('Security')).to.equal('profile cis')
    expect(new Map(summaryRows({})).has('Machines')).to.equal(false)
    expect(new Map(summaryRows({})).has('Security')).to.equal(false)
  })

  it('take so much of this machine as there are machines of each role', () => {
    const costs = (request: CreateRequest): string | undefined =>
      new Map(summaryRows({...request, provider: 'local'})).get('Costs')
    // 0.1 GiB of the daemon, 0.65 a controller and 0.35 a worker.
    expect(costs({})).to.equal('nothing; 3 + 3 take 3.1 GiB of memory')
    expect(costs({controllers: 5, workers: 1})).to.equal('nothing; 5 + 1 take 3.7 GiB of memory')
    expect(costs({controllers: 1, workers: 1})).to.equal('nothing; 1 + 1 take 1.1 GiB of memory')
  })
})
