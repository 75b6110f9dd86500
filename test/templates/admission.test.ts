import {expect} from 'chai'
import {parse} from 'yaml'
import {admissionConfig, admissionPlugins, profileNotice} from '../../src/templates/admission.js'
import {sampleCluster} from './sample-cluster.js'

describe('admission', () => {
  it('pulls images anew each time with the profile cis only, and where a registry has them', () => {
    const plugins = (securityProfile?: 'cis', images?: 'archives' | 'region'): readonly string[] => {
      const {spec, artifacts} = sampleCluster('1.36', {
        ...(images && {images}),
        ...(securityProfile && {securityProfile}),
      })
      return admissionPlugins(spec, artifacts)
    }
    expect(plugins()).to.not.include('AlwaysPullImages')
    expect(plugins('cis')).to.include('AlwaysPullImages')
    expect(plugins('cis', 'region')).to.include('AlwaysPullImages')
    expect(plugins('cis', 'archives')).to.deep.equal(plugins())
  })

  it('says what the profile cannot have of these artifacts', () => {
    const archives = sampleCluster('1.20', {images: 'archives'}).artifacts
    expect(profileNotice({securityProfile: 'cis'}, archives)).to.match(/AlwaysPullImages.*1\.2\.11/)
    expect(profileNotice({securityProfile: 'default'}, archives)).to.equal(undefined)
    expect(profileNotice({}, archives)).to.equal(undefined)
    for (const {artifacts} of [sampleCluster('1.36'), sampleCluster('1.20', {images: 'region'})])
      expect(profileNotice({securityProfile: 'cis'}, artifacts)).to.equal(undefined)
  })

  it('is configured for plugins that are on, and enforces Pod Security from the release on that has it', () => {
    const plugins = (minor: string): string[] =>
      (parse(admissionConfig(sampleCluster(minor).spec)) as {plugins: {name: string}[]}).plugins.map(({name}) => name)
    expect(plugins('1.20')).to.deep.equal(['EventRateLimit'])
    for (const minor of ['1.28', '1.32', '1.34', '1.35', '1.36', '1.37'])
      expect(plugins(minor)).to.deep.equal(['EventRateLimit', 'PodSecurity'])
  })
})
