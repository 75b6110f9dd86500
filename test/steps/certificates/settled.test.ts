import {expect} from 'chai'
import {emptyInventory} from '../../../src/aws/inventory.js'
import {rollingPlan} from '../../../src/steps/certificates/renew-plan.js'
import type {StepContext} from '../../../src/steps/engine/context.js'
import {ACCESS} from '../run-context.js'
import {sampleSpec} from '../sample-spec.js'

describe('waiting for what restarts', () => {
  it('reaches a machine that the same run has made, which no inventory has yet', async () => {
    const spec = sampleSpec({controllers: 1, workers: 1})
    const step = rollingPlan(spec).steps.find(({id}) => id === 'renew/settled/worker-1')
    const asked: unknown[] = []
    const nodes = {
      to: (node: string, host: string, _: unknown, via: unknown) => {
        asked.push([node, host, via])
        return Promise.resolve({exec: () => Promise.resolve('\n')})
      },
    }
    const {signal} = new AbortController()
    const context = {spec, access: ACCESS, nodes, inventory: emptyInventory(), signal}
    const via = [{name: 'controller-1', host: '198.18.0.4'}]
    const needs = {configured: {files: 1, host: '10.240.0.9'}, connection: {host: '10.240.0.9', via, hostKey: 'key'}}
    expect(await step?.create(context as unknown as StepContext, needs)).to.deep.equal({})
    expect(asked).to.deep.equal([['worker-1', '10.240.0.9', via]])
  })
})
