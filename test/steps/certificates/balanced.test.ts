import {expect} from 'chai'
import {rollingPlan} from '../../../src/steps/certificates/renew-plan.js'
import type {StepContext} from '../../../src/steps/engine/context.js'
import {FastClock} from '../../fast-clock.js'
import {sampleSpec} from '../sample-spec.js'

describe('waiting for the load balancer', () => {
  const spec = sampleSpec({controllers: 3, workers: 1, loadBalancer: 'nlb'})

  /** What it says of i-1, i-2 and i-3, one answer after the other, the last for good. Resolves to how often it was asked. */
  async function asked(...answers: readonly (readonly string[])[]): Promise<number> {
    let count = 0
    const elb = {
      describeTargetHealth: ({TargetGroupArn}: {TargetGroupArn: string}) => {
        expect(TargetGroupArn).to.equal('arn')
        const states = answers[Math.min(count, answers.length - 1)] ?? []
        count += 1
        return Promise.resolve({
          TargetHealthDescriptions: states.map((State, i) => ({Target: {Id: `i-${i + 1}`}, TargetHealth: {State}})),
        })
      },
    }
    const step = rollingPlan(spec).steps.find(({id}) => id === 'renew/load-balancer/controller-2')
    const context = {spec, elb, clock: new FastClock(1000), signal: new AbortController().signal}
    const needs = {targetGroup: {arn: 'arn'}, instance: {instanceId: 'i-2'}, configured: {files: 1, host: '10.240.0.9'}}
    await step?.create(context as unknown as StepContext, needs)
    return count
  }

  it('lasts until it sends to the controller again', async () => {
    const away = ['healthy', 'unhealthy.draining', 'healthy']
    expect(await asked(away, away, ['healthy', 'healthy', 'unhealthy'])).to.equal(3)
  })

  it('is not for one that sends to nobody, or to everybody for want of somebody', async () => {
    expect(await asked(['initial', 'initial', 'initial'])).to.equal(1)
    expect(await asked(['unhealthy', 'unhealthy', 'unhealthy'])).to.equal(1)
  })

  it('ends with what it says', async () => {
    const stays = asked(['healthy', 'unhealthy', 'healthy'])
    const error: unknown = await stays.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(String(error)).to.match(/load balancer to call controller-2 healthy; the last try said: it is unhealthy/)
  })
})
