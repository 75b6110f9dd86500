import {expect} from 'chai'
import {defaultServiceAccounts, INITIAL_NAMESPACES} from '../../src/kubernetes/default-service-accounts.js'
import {objectPath} from '../../src/kubernetes/paths.js'

describe('default service accounts', () => {
  it('hand out no token, in each namespace that a cluster begins with', () => {
    const accounts = defaultServiceAccounts()
    expect(accounts.map(objectPath)).to.deep.equal(
      INITIAL_NAMESPACES.map(namespace => `/api/v1/namespaces/${namespace}/serviceaccounts/default`),
    )
    for (const account of accounts) expect(account['automountServiceAccountToken']).to.equal(false)
  })
})
