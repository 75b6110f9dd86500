import {expect} from 'chai'
import {checkArtifactRequest} from '../../src/artifacts/check-request.js'
import {KhwError} from '../../src/errors.js'

describe('checkArtifactRequest', () => {
  const refused = (source: 'auto' | 'debian', kubernetesVersion: string): readonly string[] => {
    try {
      checkArtifactRequest({source, kubernetesVersion})
    } catch (error) {
      if (error instanceof KhwError) return error.suggestions
      throw error
    }
    return []
  }

  it('suggests versions that are to be had from the source, and from another only what khw builds', () => {
    expect(refused('debian', '1.19')).to.deep.equal(['Try --kubernetes-version 1.20.2'])
    expect(refused('debian', 'v1.36.2')).to.deep.equal([
      'Try --kubernetes-version 1.20.2',
      'or --artifacts upstream --kubernetes-version 1.36.2',
    ])
    expect(refused('auto', '1.19').join()).to.match(/^Try --kubernetes-version 1\.\d+, or another from 1\.20 to /)
    expect(refused('debian', '1.20')).to.deep.equal([])
  })
})
