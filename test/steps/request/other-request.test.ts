import {expect} from 'chai'
import {clusterSpec} from '../../../src/cluster/spec.js'
import {KhwError} from '../../../src/errors.js'
import {refuseOtherRequest} from '../../../src/steps/request/check-request.js'
import type {CreateRequest} from '../../../src/steps/request/create-request.js'
import type {Journal} from '../../../src/steps/engine/journal.js'
import {sampleSpec} from '../sample-spec.js'

/** As a journal that was begun with these. */
const SPEC = clusterSpec({
  ...sampleSpec({controllers: 1, workers: 1}),
  workerType: 'm5.large',
  fallbackTypes: {worker: ['m5a.large']},
  network: {zones: ['local-1a', 'local-1c']},
  image: 'ubuntu-24.04',
  spot: true,
})

function refusal(request: CreateRequest, spec = SPEC): string | undefined {
  const header = {spec, createdAt: '2026-11-26T00:00:00.000Z', operatorCidr: '203.0.113.7/32'}
  try {
    refuseOtherRequest(request, {header, intent: 'create'} as unknown as Journal)
    return undefined
  } catch (error) {
    if (error instanceof KhwError) return error.message
    throw error
  }
}

describe('a cluster that exists, asked for with other machines', () => {
  it('goes on where the same is said, or nothing', () => {
    expect(refusal({})).to.equal(undefined)
    const same: CreateRequest = {
      controllerTypes: ['t3.medium'],
      workerTypes: ['m5.large', 'm5a.large'],
      volumeSize: 20,
      network: {zones: ['local-1a', 'local-1c'], subnets: 2},
      image: 'ubuntu-24.04',
      loginUser: 'ubuntu',
      spot: true,
      securityProfile: 'default',
      cni: 'bridge',
    }
    expect(refusal(same)).to.equal(undefined)
  })

  for (const [request, frozen] of [
    [{workerTypes: ['m5.large']}, '--worker-type m5.large,m5a.large'],
    [{controllerTypes: ['t3.large']}, '--controller-type t3.medium'],
    [{volumeSize: 30}, '--volume-size 20'],
    [{network: {zones: ['local-1b']}}, '--zones local-1a,local-1c'],
    [{network: {subnets: 3}}, '--subnet-count 2'],
    [{image: 'debian-12'}, '--image ubuntu-24.04'],
    [{securityProfile: 'cis'}, '--security-profile default'],
    [{cni: 'kube-network-policies'}, '--cni bridge'],
  ] satisfies [CreateRequest, string][]) {
    it(`is refused with ${JSON.stringify(request)}`, () => {
      expect(refusal(request)).to.include(`exists with ${frozen};`)
    })
  }

  it('is not one of spot instances, nor of another image, if its spec is older than those', () => {
    const old = sampleSpec({controllers: 1, workers: 1})
    expect(refusal({image: 'debian-12'}, old)).to.equal(undefined)
    expect(refusal({spot: true, image: 'debian-13'}, old)).to.include('exists with --image debian-12, --spot off;')
    expect(refusal({network: {zones: ['local-1a']}}, old)).to.include("--zones the region's first zones")
  })
})
