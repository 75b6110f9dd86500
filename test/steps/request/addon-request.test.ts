import {expect} from 'chai'
import {addonsAskedFor, addonsToHave, refuseOtherAddons} from '../../../src/steps/request/addon-request.js'
import {checkRequest, specInput} from '../../../src/steps/request/check-request.js'
import {createPlan} from '../../../src/steps/create-plan.js'
import {equivalentCommand} from '../../../src/ui/equivalent-command.js'
import {requestOf, type CreateFlags} from '../../../src/ui/create-flags.js'
import {sampleSpec} from '../sample-spec.js'

const metrics = {name: 'metrics-server'} as const
const dns = {name: 'coredns'} as const

describe('the add-ons that are asked for', () => {
  it('are the default ones and those named, in one order; nothing is said where nothing was', () => {
    expect(addonsAskedFor({})).to.deep.equal({})
    expect(addonsAskedFor({addons: [metrics]})).to.deep.equal({addons: [dns, metrics]})
    expect(addonsAskedFor({withoutAddons: ['coredns']})).to.deep.equal({addons: []})
    expect(addonsAskedFor({addons: [metrics], withoutAddons: ['coredns']})).to.deep.equal({addons: [metrics]})
    const image = 'registry.example/coredns:v1'
    expect(addonsAskedFor({addons: [{...dns, image}]})).to.deep.equal({addons: [{...dns, image}]})
  })

  it('are refused where one is named twice, or is wanted and not', () => {
    expect(() => addonsAskedFor({addons: [metrics, metrics]})).to.throw(/metrics-server is named twice/)
    expect(() => addonsAskedFor({addons: [dns], withoutAddons: ['coredns']})).to.throw(/coredns is named twice/)
  })

  it('must have an image unless one is given: from Debian there is none, which is said at once', () => {
    const request = {provider: 'local', artifacts: 'debian', addons: [metrics]} as const
    expect(addonsToHave(request)).to.deep.equal(['metrics-server'])
    expect(() => {
      checkRequest(request, 'lab')
    }).to.throw(/metrics-server cannot be installed: Debian has no image of it/)
    const image = 'registry.example/metrics-server:v0.5.2'
    checkRequest({...request, addons: [{...metrics, image}]}, 'lab')
  })

  it('come from flags, and are in the command that asks for the same', () => {
    const flags = {addon: ['metrics-server=registry.example/m:v1'], 'no-addon': ['coredns']} as unknown as CreateFlags
    const request = requestOf(flags)
    expect(specInput(request, 'lab').addons).to.deep.equal([{...metrics, image: 'registry.example/m:v1'}])
    expect(equivalentCommand(request)).to.equal(
      'khw create --addon metrics-server=registry.example/m:v1 --no-addon coredns',
    )
  })

  it('of a cluster that exists are changed by a command of their own', () => {
    const spec = sampleSpec({controllers: 1, workers: 1})
    refuseOtherAddons({}, spec)
    refuseOtherAddons({addons: [dns]}, spec)
    refuseOtherAddons({withoutAddons: ['metrics-server']}, spec)
    const refused = (asked: Parameters<typeof refuseOtherAddons>[0]): unknown => {
      try {
        refuseOtherAddons(asked, spec)
      } catch (error) {
        return (error as {suggestions: unknown}).suggestions
      }
      return undefined
    }
    expect(refused({addons: [metrics]})).to.include(`Then: khw addon add ${spec.name} metrics-server`)
    expect(refused({withoutAddons: ['coredns']})).to.include(`Then: khw addon remove ${spec.name} coredns`)
    expect(refused({addons: [{...dns, image: 'x/y:1'}]})).to.include(
      `Then: khw addon add ${spec.name} coredns --image x/y:1`,
    )
  })

  it('are steps of the plan; what is not there by default is waited for', () => {
    const ids = (addons?: Parameters<typeof sampleSpec>[0]['addons']): readonly string[] =>
      createPlan(sampleSpec({controllers: 1, workers: 1, ...(addons && {addons})}))
        .steps.map(step => step.id)
        .filter(id => id.startsWith('addons/'))
    expect(ids()).to.deep.equal(['addons/coredns'])
    expect(ids([])).to.deep.equal([])
    expect(ids([dns, metrics])).to.deep.equal([
      'addons/coredns',
      'addons/metrics-server',
      'addons/metrics-server/ready',
    ])
  })
})
