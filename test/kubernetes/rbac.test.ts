import {X509Certificate} from 'node:crypto'
import {expect} from 'chai'
import {rbacManifests} from '../../src/kubernetes/rbac.js'
import {testPki} from './loopback.js'

describe('rbacManifests', () => {
  it('binds who the certificates say', async () => {
    const pki = await testPki()
    const subjects = rbacManifests().map(manifest => {
      const [subject] = manifest['subjects'] as {kind: string; name: string}[]
      const role = manifest['roleRef'] as {name: string}
      return `${subject?.kind ?? ''} ${subject?.name ?? ''}: ${role.name}`
    })
    const nameIn = (pem: string, key: string) =>
      new RegExp(`^${key}=(.*)$`, 'm').exec(new X509Certificate(pem).subject)?.[1] ?? ''
    expect(subjects).to.deep.equal([
      `User ${nameIn(pki.leaf('apiserver-kubelet-client').certificate, 'CN')}: system:kubelet-api-admin`,
      `Group ${nameIn(pki.leaf('kubelet-client', 'worker-1').certificate, 'O')}: system:certificates.k8s.io:certificatesigningrequests:selfnodeclient`,
      `Group ${nameIn(pki.leaf('admin').certificate, 'O')}: cluster-admin`,
    ])
  })
})
