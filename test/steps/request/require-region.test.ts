import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {allRegions, KNOWN_REGIONS} from '../../../src/aws/regions.js'
import {homeOf} from '../../../src/cluster/home.js'
import {KhwError} from '../../../src/errors.js'
import {createCluster} from '../../../src/steps/create-cluster.js'
import {doctor} from '../../../src/steps/doctor.js'
import {planCluster} from '../../../src/steps/plan-cluster.js'
import {requireRegion, type RegionSources} from '../../../src/steps/request/require-region.js'
import {testRegion} from '../../local/api/test-region.js'

const {signal} = new AbortController()

async function refusal(work: Promise<unknown>): Promise<KhwError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
}

describe('a region that is asked for', () => {
  let asked: string[]
  let known: readonly string[] | undefined
  let answers: boolean

  beforeEach(() => {
    asked = []
    known = undefined
    answers = false
  })

  const sources: RegionSources = {
    ask: home => {
      asked.push(home)
      return known === undefined ? Promise.reject(new Error('no credentials')) : Promise.resolve(known)
    },
    obstacle: url => {
      asked.push(url)
      return Promise.resolve(answers ? undefined : `${url} cannot be reached`)
    },
  }
  const required = (region: string, env = {}): Promise<KhwError | undefined> =>
    refusal(requireRegion(region, signal, {env, sources}))

  it('is taken without a word to anybody if khw knows it, or AWS is somewhere else', async () => {
    expect(await required('eu-central-1')).to.equal(undefined)
    expect(await required('moon-base-1', {AWS_ENDPOINT_URL: 'http://127.0.0.1:4566'})).to.equal(undefined)
    expect(asked).to.deep.equal([])
  })

  it('may be newer than khw: EC2 knows', async () => {
    known = [...KNOWN_REGIONS, 'eu-middle-9']
    expect(await required('eu-middle-9')).to.equal(undefined)
    expect(await required('cn-north-9')).to.include({code: 'USAGE'})
    expect(asked).to.deep.equal(['us-east-1', 'cn-north-1'])
  })

  it('is refused if EC2 does not know it, with what was meant or what there is nearby', async () => {
    known = KNOWN_REGIONS
    const typo = await required('eu-centrl-1')
    expect(typo?.oclif.exit).to.equal(2)
    expect(typo?.suggestions[0]).to.equal('Try --region eu-central-1')
    const none = await required('eu-middle-9')
    expect(none?.message).to.equal('AWS has no region "eu-middle-9".')
    expect(none?.suggestions.join()).to.match(/^Choose one of: eu-central-1, eu-central-2, eu-north-1, /)
  })

  it('where EC2 may not be asked is taken if something answers there, else refused with the reason', async () => {
    answers = true
    expect(await required('eu-middle-9')).to.equal(undefined)
    expect(asked).to.deep.equal(['us-east-1', 'https://ec2.eu-middle-9.amazonaws.com/'])
    answers = false
    expect((await required('eu-middle-9'))?.message)
      .to.include('no credentials')
      .and.include('cannot be reached')
  })

  it('is none if it does not even look like one, whoever could be asked', async () => {
    for (const word of ['frankfurt', 'eu-central-1a', 'EU-CENTRAL-1', ''])
      expect(await required(word), word).to.include({code: 'USAGE'})
    expect(asked).to.deep.equal([])
  })

  it('is refused by plan, doctor and create before anything is made', async () => {
    const data = mkdtempSync(join(tmpdir(), 'khw-region-'))
    try {
      const home = homeOf({KHW_HOME: join(data, 'home')})
      const request = {provider: 'aws', region: 'frankfurt', controllers: 1, workers: 1} as const
      const nothing = (): undefined => undefined
      const listeners = {onEvent: nothing, onNotice: nothing, onArtifactProgress: nothing}
      const confirm = (): Promise<boolean> => Promise.resolve(false)
      for (const work of [
        planCluster({home, request, signal}),
        doctor({home, request, signal}),
        createCluster({home, request, yes: true, confirm, ...listeners, signal}),
      ])
        expect((await refusal(work))?.message).to.equal('AWS has no region "frankfurt".')
    } finally {
      rmSync(data, {recursive: true})
    }
  })
})

describe('the regions there are', () => {
  it('are what EC2 says', async () => {
    const region = await testRegion()
    try {
      expect(await allRegions(region.ec2, signal)).to.deep.equal(['local-1'])
    } finally {
      await region.close()
    }
  })
})
