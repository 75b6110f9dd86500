import {ServiceQuotas} from '@aws-sdk/client-service-quotas'
import {expect} from 'chai'
import {faultyRegion, type FaultyRegion} from './faults/faulty-region.js'
import {codeOf, CREDENTIALS} from './test-region.js'

const VCPUS = {ServiceCode: 'ec2', QuotaCode: 'L-1216C47A'}

describe('Service Quotas', () => {
  let region: FaultyRegion
  let quotas: ServiceQuotas

  before(async () => {
    region = await faultyRegion()
    quotas = new ServiceQuotas({
      endpoint: region.endpoint,
      region: 'local-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
    })
  })

  after(async () => {
    quotas.destroy()
    await region.close()
  })

  it('answers what the region holds to, and ample values where it holds to none', async () => {
    const {Quota: ample} = await quotas.getServiceQuota(VCPUS)
    expect(ample?.Value).to.be.greaterThan(1000)
    region.faults.set({quotas: {vcpus: 12, vpcs: 0}})
    const {Quota} = await quotas.getServiceQuota(VCPUS)
    expect(Quota).to.deep.include({
      QuotaArn: 'arn:aws:servicequotas:local-1:123456789012:ec2/L-1216C47A',
      QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
      Value: 12,
      Unit: 'None',
      Adjustable: true,
    })
    const {Quotas = []} = await quotas.listServiceQuotas({ServiceCode: 'vpc'})
    expect(Quotas.find(({QuotaCode}) => QuotaCode === 'L-F678F1CE')?.Value).to.equal(0)
  })

  it("has AWS's defaults, and refuses what it does not know", async () => {
    expect((await quotas.getAWSDefaultServiceQuota(VCPUS)).Quota?.Value).to.equal(5)
    expect(await codeOf(quotas.getServiceQuota({...VCPUS, QuotaCode: 'L-00000000'}))).to.equal(
      'NoSuchResourceException',
    )
    expect(await codeOf(quotas.listServiceQuotas({ServiceCode: 'moon'}))).to.equal('NoSuchResourceException')
    expect(await codeOf(quotas.listTagsForResource({ResourceARN: 'arn:aws:x'}))).to.equal('UnknownOperationException')
  })

  it('fails when it is told to, by the name of the service', async () => {
    const how = {code: 'AccessDeniedException', status: 403, message: 'not you'}
    region.faults.set({calls: [{action: '*', when: 'before', how: {code: 'InternalError'}}]})
    expect(await codeOf(quotas.getServiceQuota(VCPUS))).to.equal('no error')
    region.faults.set({calls: [{action: 'servicequotas:Get*', when: 'before', how}]})
    expect(await codeOf(quotas.getServiceQuota(VCPUS))).to.equal('AccessDeniedException')
    expect(await codeOf(region.ec2.describeVpcs({}))).to.equal('no error')
  })
})
