import {expect} from 'chai'
import {createPlan} from '../../src/steps/create-plan.js'
import {needsOf, upTo, type Plan} from '../../src/steps/engine/plan.js'
import {PHASES} from '../../src/steps/phases.js'
import {sampleSpec} from './sample-spec.js'

const ids = (plan: Plan): string[] => plan.steps.map(step => step.id)
const needs = (plan: Plan, id: string): string[] => {
  const step = plan.steps.find(s => s.id === id)
  if (!step) throw new Error(`no step ${id}`)
  return needsOf(step).map(need => need.id)
}

describe('create plan', () => {
  for (const [controllers, workers] of [
    [1, 1],
    [3, 3],
    [5, 2],
  ] as const) {
    it(`has every step of every node of ${controllers}+${workers} once`, () => {
      const plan = createPlan(sampleSpec({controllers, workers}))
      const of = (prefix: string): number => ids(plan).filter(id => id.startsWith(prefix)).length
      expect(of('compute/instance/')).to.equal(controllers + workers)
      expect(of('node/connect/')).to.equal(controllers + workers)
      expect(of('node/configure/')).to.equal(controllers + workers)
      expect(of('etcd/quorum/')).to.equal(controllers)
      expect(of('control-plane/api-server/')).to.equal(controllers)
      expect(of('routing/pod-route/')).to.equal(workers)
      expect(of('compute/source-dest-check/')).to.equal(workers)
      expect(new Set(ids(plan)).size).to.equal(ids(plan).length)
    })
  }

  const plan = createPlan(sampleSpec({controllers: 3, workers: 3}))

  it('is the same for the same spec', () => {
    expect(ids(createPlan(sampleSpec({controllers: 3, workers: 3})))).to.deep.equal(ids(plan))
  })

  it('puts nodes into subnets round robin', () => {
    expect(needs(plan, 'compute/instance/controller-2')).to.include('network/subnet/2')
    expect(needs(plan, 'compute/instance/worker-3')).to.include('network/subnet/3')
  })

  it('gives each role its own security group', () => {
    expect(needs(plan, 'compute/instance/controller-1')).to.include('network/security-group/controller')
    expect(needs(plan, 'compute/instance/worker-1')).to.include('network/security-group/worker')
  })

  it('checks pods only when the workers are ready and their pods are routed', () => {
    expect(needs(plan, 'verify/pods')).to.include.members([
      'worker/ready',
      'routing/pod-route/worker-1',
      'routing/pod-route/worker-3',
      'compute/source-dest-check/worker-2',
    ])
  })

  it('installs what enforces network policies where it is asked for, and sees it enforce one', () => {
    const chosen = createPlan(sampleSpec({controllers: 3, workers: 3, cni: 'kube-network-policies'}))
    const own = ids(chosen).filter(id => !ids(plan).includes(id))
    expect(own).to.deep.equal(['addons/kube-network-policies', 'verify/network-policies'])
    expect(needs(chosen, 'addons/kube-network-policies')).to.include('worker/ready')
    expect(needs(chosen, 'verify/network-policies')).to.include.members(['addons/kube-network-policies', 'verify/pods'])
  })

  describe('with a load balancer', () => {
    const balanced = createPlan(sampleSpec({controllers: 3, workers: 3, loadBalancer: 'nlb'}))
    const own = ids(balanced).filter(id => !ids(plan).includes(id))

    it('has what that takes, and nothing else besides', () => {
      expect(own).to.have.members([
        'network/security-group/load-balancer',
        'network/security-group-rules/load-balancer',
        'load-balancer/load-balancer',
        'load-balancer/target-group',
        'load-balancer/target-group-attributes',
        'load-balancer/listener',
        'load-balancer/targets',
      ])
      expect(ids(plan).filter(id => !ids(balanced).includes(id))).to.deep.equal([])
    })

    it('waits for none of it but the name, which the certificates and the kubeconfig hold', () => {
      const whoNeeds = (id: string): string[] => ids(balanced).filter(step => needs(balanced, step).includes(id))
      expect(whoNeeds('load-balancer/load-balancer')).to.have.members([
        'access/certificates',
        'load-balancer/listener',
        'control-plane/kubeconfig',
      ])
      for (const id of ['load-balancer/targets', 'load-balancer/listener', 'load-balancer/target-group-attributes'])
        expect(whoNeeds(id), id).to.deep.equal([])
      const early = ids(upTo(balanced, 'network'))
      expect(needs(balanced, 'load-balancer/load-balancer').every(id => early.includes(id))).to.equal(true)
    })

    it('names its group in the rules of the controllers alone', () => {
      expect(needs(balanced, 'network/security-group-rules/controller')).to.include(
        'network/security-group/load-balancer',
      )
      expect(needs(balanced, 'network/security-group-rules/worker')).not.to.include(
        'network/security-group/load-balancer',
      )
    })
  })

  it('makes a role for the machines first, where Session Manager is to reach them, and nothing of IAM otherwise', () => {
    const managed = createPlan(sampleSpec({controllers: 1, workers: 1, ssm: true}))
    const usual = ids(createPlan(sampleSpec({controllers: 1, workers: 1})))
    expect(ids(managed).filter(id => !usual.includes(id))).to.deep.equal([
      'access/instance-profile',
      'access/instance-role',
      'access/role-policy',
      'access/profile-role',
    ])
    for (const id of ['compute/instance/controller-1', 'compute/instance/worker-1'])
      expect(needs(managed, id)).to.include.members(['access/role-policy', 'access/profile-role'])
    expect(needs(managed, 'access/instance-role')).to.include('access/instance-profile')
  })

  it('can end after a phase, with all that the phase needs', () => {
    const network = ids(upTo(plan, 'network'))
    expect(network).to.include('network/route-table-association/3')
    expect(network.every(id => id.startsWith('network/'))).to.equal(true)
    expect(ids(upTo(plan, 'verify'))).to.deep.equal(ids(plan))
    const lengths = PHASES.map(phase => upTo(plan, phase.id).steps.length)
    expect(lengths).to.deep.equal([...lengths].sort((a, b) => a - b))
  })
})
