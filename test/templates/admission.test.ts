import {expect} from 'chai'
import {admissionPlugins, profileNotice} from '../../src/templates/admission.js'
import {sampleCluster} from './sample-cluster.js'

describe('admission', () => {
  it('pulls images anew each time with the profile cis only, and where a registry has them', () => {
    const plugins = (securityProfile?: 'cis', imported = false): readonly string[] => {
      const {spec, artifacts} = sampleCluster('1.36', {imported, ...(securityProfile && {securityProfile})})
      return admissionPlugins(spec, artifacts)
    }
    expect(plugins()).to.not.include('AlwaysPullImages')
    expect(plugins('cis')).to.include('AlwaysPullImages')
    expect(plugins('cis', true)).to.deep.equal(plugins())
  })

  it('says what the profile cannot have of these artifacts', () => {
    const archives = sampleCluster('1.20', {imported: true}).artifacts
    expect(profileNotice({securityProfile: 'cis'}, archives)).to.match(/AlwaysPullImages.*1\.2\.11/)
    expect(profileNotice({securityProfile: 'default'}, archives)).to.equal(undefined)
    expect(profileNotice({}, archives)).to.equal(undefined)
    expect(profileNotice({securityProfile: 'cis'}, sampleCluster('1.36').artifacts)).to.equal(undefined)
  })
})
