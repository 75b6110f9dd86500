import {expect} from 'chai'
import {signedInAs} from '../../src/local/provider.js'

describe('who works in the local region', () => {
  const here = 'http://127.0.0.1:4566'
  const keys = {AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret'}

  it('is whom the environment names, if that is about this region', () => {
    const env = {...keys, AWS_ENDPOINT_URL: here}
    const credentials = {accessKeyId: 'AKIA', secretAccessKey: 'secret'}
    expect(signedInAs(here, env)).to.deep.equal(credentials)
    const temporary = {...env, AWS_SESSION_TOKEN: 'token'}
    expect(signedInAs(here, temporary)).to.deep.equal({...credentials, sessionToken: 'token'})
  })

  it('is the root otherwise: credentials of AWS, or of another region, are none here', () => {
    for (const env of [{}, keys, {...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:1'}, {AWS_ENDPOINT_URL: here}])
      expect(signedInAs(here, env)).to.equal(undefined)
  })
})
