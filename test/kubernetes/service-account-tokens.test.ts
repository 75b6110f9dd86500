import {expect} from 'chai'
import type {KubernetesApi} from '../../src/kubernetes/api.js'
import {storedTokens} from '../../src/kubernetes/service-account-tokens.js'

describe('tokens of service accounts in Secrets', () => {
  const token = (header: object): string => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.sig`
  const keyIdOf = async (data: object | undefined): Promise<string | undefined> => {
    const list = () => Promise.resolve([{metadata: {namespace: 'ci', name: 'bot'}, ...(data && {data})}])
    const [stored] = await storedTokens({list} as unknown as KubernetesApi)
    expect(stored?.path).to.equal('/api/v1/namespaces/ci/secrets/bot')
    return stored?.keyId
  }
  const base64 = (text: string): string => Buffer.from(text).toString('base64')

  it('tell the key that has signed them', async () => {
    expect(await keyIdOf({token: base64(token({alg: 'ES256', kid: 'a-b_c'}))})).to.equal('a-b_c')
  })

  it('are not there until the controller manager has signed one', async () => {
    for (const data of [undefined, {}, {token: ''}]) expect(await keyIdOf(data)).to.equal(undefined)
  })

  it('are of no known key where somebody has put there what is none, so that they are signed anew as well', async () => {
    for (const text of ['no token', token({alg: 'ES256'}), token({kid: 7})])
      expect(await keyIdOf({token: base64(text)}), text).to.equal('')
  })
})
