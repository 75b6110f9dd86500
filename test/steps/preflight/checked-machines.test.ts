import {expect} from 'chai'
import {clusterSpec, type SpecInput} from '../../../src/cluster/spec.js'
import {KhwError} from '../../../src/errors.js'
import {checkedMachines, type CheckedMachines} from '../../../src/steps/preflight/checked-machines.js'
import {imageProblems} from '../../../src/steps/preflight/image-findings.js'
import {machineImage} from '../../../src/steps/preflight/machine-image.js'
import {machines} from '../../../src/steps/preflight/machines.js'
import {runPreflight} from '../../../src/steps/preflight/run-preflight.js'
import type {FoundImage} from '../../../src/aws/image-lookup.js'
import {CREDENTIALS, IMAGE, testRegion, type TestRegion} from '../../local/api/test-region.js'
import {sampleSpec} from '../sample-spec.js'

const {signal} = new AbortController()
const ARM = {controllerType: 't4g.medium', workerType: 't4g.medium'}

/** Images as their publishers name them. */
const UBUNTU = {
  ...IMAGE,
  name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20251022',
  ownerId: '099720109477',
  architecture: 'arm64',
  rootDeviceName: '/dev/sda1',
} as const

async function check(
  region: TestRegion,
  change: Partial<SpecInput>,
  only?: 'amd64',
): Promise<CheckedMachines | KhwError> {
  const access = {
    provider: 'local',
    region: 'local-1',
    endpoint: region.endpoint,
    credentials: CREDENTIALS,
    operatorCidr: '203.0.113.7/32',
    ...(only && {architecture: only}),
  } as const
  const spec = clusterSpec({...sampleSpec({controllers: 1, workers: 1}), network: {}, ...change})
  const subject = {spec, access, ranges: undefined, artifacts: undefined, resumed: undefined, signal}
  const {facts, refuseFailed} = await runPreflight({...subject, checks: [machines, machineImage]})
  try {
    refuseFailed()
    return await checkedMachines(facts, spec)
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
}

async function refused(...asked: Parameters<typeof check>): Promise<KhwError> {
  const answer = await check(...asked)
  if (answer instanceof KhwError) return answer
  throw new Error('it was accepted')
}

describe('the machines, checked before anything is created', () => {
  let debian: TestRegion
  let ubuntu: TestRegion
  before(async () => {
    debian = await testRegion()
    ubuntu = await testRegion({image: UBUNTU})
  })
  after(async () => {
    await debian.close()
    await ubuntu.close()
  })

  it('have the architecture of their types and the login user of their image', async () => {
    expect(await check(debian, {})).to.deep.equal({
      architecture: 'amd64',
      family: 'debian-12',
      loginUser: 'admin',
    })
    expect(await check(ubuntu, {...ARM, image: 'ubuntu-24.04'})).to.deep.equal({
      architecture: 'arm64',
      family: 'ubuntu-24.04',
      loginUser: 'ubuntu',
    })
  })

  it('of an image by its id have the login user of its family', async () => {
    expect(await check(ubuntu, {...ARM, image: IMAGE.imageId})).to.include({loginUser: 'ubuntu'})
  })

  it('of an image that is not known need to be told who logs in', async () => {
    const own = await testRegion({image: {...IMAGE, name: 'our-base-7', ownerId: '123456789012'}})
    try {
      const error = await refused(own, {image: IMAGE.imageId})
      expect(error.message).to.match(/^The image ami-0123456789abcdef0 \(our-base-7\) is none of those khw knows/)
      expect(error.suggestions[0]).to.include('--login-user NAME')
      expect(await check(own, {image: IMAGE.imageId, loginUser: 'core'})).to.include({loginUser: 'core'})
    } finally {
      await own.close()
    }
  })

  it('of an image the region lacks are refused with those it has', async () => {
    for (const [image, title] of [
      ['debian-13', 'Debian 13'],
      ['ubuntu-24.04', 'Ubuntu 24.04'],
      ['al2023', 'Amazon Linux 2023'],
    ] as const) {
      const error = await refused(debian, {image})
      expect(error.message).to.equal(
        `The region local-1 has no image of ${title} for amd64: of those khw knows it has only Debian 12.`,
      )
      expect(error.suggestions).to.deep.equal(['Try --image debian-12'])
      expect(error).to.include({code: 'INVALID_SPEC'})
      expect(error.oclif.exit).to.equal(1)
    }
    expect((await refused(debian, {image: 'ami-00000000000000000'})).message).to.equal(
      'The region local-1 has no image ami-00000000000000000 that this account may use: of those khw knows it has only Debian 12.',
    )
    expect((await refused(ubuntu, {image: 'ubuntu-24.04'})).message).to.equal(
      'The region local-1 has no image of Ubuntu 24.04 for amd64, nor any that khw knows.',
    )
  })

  it('cannot boot the image of another architecture', async () => {
    const large = await testRegion({image: {...UBUNTU, name: 'debian-12-amd64-20251112-2294', ownerId: IMAGE.ownerId}})
    try {
      const error = await refused(large, {image: IMAGE.imageId})
      expect(error.message).to.include('is for arm64, but t3.medium is amd64')
    } finally {
      await large.close()
    }
  })

  it('need a disk as large as the image, and an image that is on one', () => {
    const found = {
      imageId: IMAGE.imageId,
      name: 'debian-12-amd64-20251112-2294',
      family: 'debian-12',
      architecture: 'amd64',
      rootDeviceName: '/dev/xvda',
      sizeGib: 30,
      createdAt: '',
    } as const
    const spec = sampleSpec({controllers: 1, workers: 1})
    const fixes = (image: FoundImage): string[] => imageProblems(image, spec, 'amd64').map(problem => problem.fix)
    expect(fixes(found)).to.deep.equal(['Try --volume-size 30'])
    expect(fixes({...found, sizeGib: 20})).to.deep.equal([])
    expect(fixes({...found, sizeGib: 8, rootDeviceName: undefined})).to.deep.equal(['Try --image debian-12'])
  })

  it('are refused with all that is wrong with types and image', async () => {
    const error = await refused(debian, {workerType: 't4g.medium', image: 'al2023', network: {zones: ['local-1z']}})
    expect(error.message.split('\n')).to.have.length(2)
    const types = await refused(debian, {image: 'al2023', network: {zones: ['local-1z']}})
    expect(types.message.split('\n')).to.have.length(2)
    expect(types.suggestions).to.deep.equal(['Try --zones local-1a,local-1b,local-1c', 'Try --image debian-12'])
  })

  it('of a region that has one kind of machines are of that kind', async () => {
    expect((await refused(debian, ARM, 'amd64')).message).to.include('the machines of the region local-1 are amd64')
  })
})
