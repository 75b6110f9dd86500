import {expect} from 'chai'
import {ensureEncryptionKeys} from '../../src/pki/encryption.js'
import {ensurePki} from '../../src/pki/pki.js'
import {certificates} from '../../src/steps/access/certificates.js'
import type {Addresses} from '../../src/steps/compute/addresses.js'
import type {StepContext} from '../../src/steps/engine/context.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {sampleSpec} from './sample-spec.js'

describe('the certificates step', () => {
  it('draws the encryption key, so that all controllers, configured at once, are given the same', async () => {
    const secrets = new MemorySecretStore()
    const spec = sampleSpec({controllers: 3, workers: 1})
    const pki: StepContext['pki'] = names => ensurePki({...names, spec, secrets})
    const context = {spec, secrets, pki} as unknown as StepContext
    await certificates({} as Addresses, undefined).create(context, {addresses: {publicIps: {}}})
    const keys = await Promise.all([1, 2, 3].map(() => ensureEncryptionKeys(secrets)))
    expect(new Set(keys.map(([key]) => key?.text)).size).to.equal(1)
    expect(secrets.written.filter(name => name === 'encryption.key')).to.have.length(1)
  })
})
