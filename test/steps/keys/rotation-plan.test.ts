import {expect} from 'chai'
import {createPlan} from '../../../src/steps/create-plan.js'
import type {Step} from '../../../src/steps/engine/step.js'
import {plannedPhases, type Plan} from '../../../src/steps/engine/plan.js'
import {rotationPlan, stagePlan} from '../../../src/steps/keys/rotation-plan.js'
import {sampleSpec} from '../sample-spec.js'

describe('the plan of a rotation', () => {
  const spec = sampleSpec({controllers: 3, workers: 2, loadBalancer: 'nlb'})
  const inUse = [
    {key: 'encryption', from: 'key-1', stage: 'in-use'},
    {key: 'service-account', from: 'key-1', stage: 'in-use'},
  ] as const
  const known = [{key: 'encryption', from: 'key-1', stage: 'known'}] as const
  const idsOf = ({steps}: {readonly steps: readonly Step[]}): readonly string[] => steps.map(({id}) => id)

  it('is that of a create, and more', () => {
    expect(idsOf(rotationPlan(spec, known))).to.include.members(idsOf(createPlan(spec)))
  })

  it('serves in its stages only the controllers, one after the other, each once the last is well', () => {
    const {steps} = stagePlan(spec, known)
    const configured = steps.filter(({id}) => id.startsWith('node/configure/'))
    expect(idsOf({steps: configured})).to.deep.equal([1, 2, 3].map(i => `node/configure/controller-${i}`))
    for (const [i, step] of configured.slice(1).entries()) {
      const last = `controller-${i + 1}`
      expect(idsOf({steps: step.after ?? []})).to.include.members([
        `renew/settled/${last}`,
        `renew/etcd/quorum/${last}`,
        `renew/control-plane/api-server/${last}`,
        `renew/load-balancer/${last}`,
      ])
    }
    expect(idsOf({steps}).filter(id => /^(worker|addons|verify)\/|^(node|renew)\/.*worker/.test(id))).to.deep.equal([])
    for (const id of ['keys/rewritten', 'keys/tokens']) expect(idsOf({steps})).not.to.include(id)
  })

  it('writes anew and signs anew only once every controller uses the new keys', () => {
    const {steps} = stagePlan(spec, inUse)
    for (const id of ['keys/rewritten', 'keys/tokens']) {
      const after = idsOf({steps: steps.find(step => step.id === id)?.after ?? []})
      for (const i of [1, 2, 3]) expect(after, id).to.include(`renew/control-plane/api-server/controller-${i}`)
    }
  })

  it('is told by what it does, and by nothing that a create does', () => {
    const told = (plan: Plan) => plannedPhases(plan).map(({title}) => title)
    const controllers = [1, 2, 3].map(i => `Take the keys to controller-${i}`)
    expect(told(stagePlan(spec, known))).to.deep.equal(['See that everything is there', ...controllers])
    expect(told(rotationPlan(spec, inUse, 'keys'))).to.deep.equal([
      'See that everything is there',
      ...controllers,
      'Encrypt everything with the new key',
      'Sign tokens in Secrets with the new key',
      'Verify the cluster',
    ])
    const renewed = told(rotationPlan(spec, inUse, 'certificates'))
    expect(renewed).to.include.members(['Issue the certificates', 'Take the certificates to the workers'])
    expect(told(rotationPlan(spec, inUse)), 'a create that finds one').to.deep.equal(told(createPlan(spec)))
  })
})
