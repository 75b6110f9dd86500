import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {leavesOf} from '../../src/pki/certificates.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'
import {ensurePki} from '../../src/pki/pki.js'
import {PUBLIC_IPS, specOf} from './fixtures.js'

const AUTHORITY_FILES = {kubernetes: 'pki/ca.crt', etcd: 'pki/etcd/ca.crt', 'front-proxy': 'pki/front-proxy-ca.crt'}

describe('certificates as openssl sees them', () => {
  let directory: string

  before(async function () {
    if (spawnSync('openssl', ['version']).status !== 0) this.skip()
    directory = await mkdtemp(join(tmpdir(), 'khw-pki-'))
    await ensurePki({spec: specOf(), publicIps: PUBLIC_IPS, secrets: new FileSecretStore(directory)})
  })

  after(async () => {
    await rm(directory, {recursive: true, force: true})
  })

  it('verify strictly, for their purpose', () => {
    for (const leaf of leavesOf({spec: specOf(), publicIps: PUBLIC_IPS})) {
      const file = leaf.node === undefined ? `pki/${leaf.name}.crt` : `pki/${leaf.name}/${leaf.node}.crt`
      for (const usage of ['client', 'server'] as const) {
        const {status, stderr} = verify(leaf.authority, usage, file)
        expect(status === 0, `${file} as ${usage}: ${stderr}`).to.equal(leaf.usages.includes(usage))
      }
    }
  })

  it('carry critical constraints and key identifiers that match', () => {
    const text = (file: string) =>
      execFileSync('openssl', ['x509', '-noout', '-text', '-in', join(directory, file)]).toString()
    const ca = text('pki/ca.crt')
    const leaf = text('pki/apiserver/controller-1.crt')
    expect(ca).to.match(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(ca).to.match(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/)
    expect(leaf).to.match(/Basic Constraints: critical\s+CA:FALSE/)
    expect(leaf).to.match(/Key Usage: critical\s+Digital Signature\n/)
    const subjectKey = /Subject Key Identifier:\s+([0-9A-F:]+)/.exec(ca)?.[1] ?? 'none'
    expect(leaf).to.contain(`X509v3 Authority Key Identifier: \n                ${subjectKey}`)
  })

  function verify(authority: keyof typeof AUTHORITY_FILES, usage: 'client' | 'server', file: string) {
    const {status, stderr} = spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', `ssl${usage}`, '-CAfile', AUTHORITY_FILES[authority], file],
      {cwd: directory},
    )
    return {status, stderr: stderr.toString()}
  }
})
