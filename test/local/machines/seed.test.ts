import {expect} from 'chai'
import {seedOf} from '../../../src/local/machines/seed.js'
import {sampleInstance} from './sample-instance.js'

describe('the seed of a machine', () => {
  it('holds what EC2 would tell cloud-init: the key, the name, and the very bytes of the user data', () => {
    const userData = '\u001f\u008bnot text'
    const {state, instance} = sampleInstance('i-0123456789', userData)
    const seed = seedOf(state, instance)
    expect(seed.userData.toString()).to.equal(userData)
    expect(seed).to.include({
      hostname: 'ip-10-9-0-4',
      nameserver: '10.9.0.2',
      searchDomain: 'local-1.compute.internal',
    })
    expect(seed.metaData).to.deep.include({
      'instance-id': 'i-0123456789',
      'local-hostname': 'ip-10-9-0-4',
      'public-keys': ['ssh-ed25519 AAAA mine'],
    })
  })

  it('cannot be made of an instance without a network', () => {
    const {state, instance} = sampleInstance('i-0123456789', '')
    expect(() => seedOf({...state, networkInterfaces: {}}, instance)).to.throw(RangeError, 'i-0123456789')
  })
})
