import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {expect} from 'chai'
import {leavesHeldBy} from '../../src/pki/certificates.js'
import {CERTIFICATE_PLACES, parseCertificates, readCertificatesCommand} from '../../src/templates/certificate-places.js'
import {PATHS} from '../../src/templates/paths.js'
import {bundleOf, sampleCluster} from './sample-cluster.js'
import {sandbox, type Sandbox} from './shell.js'

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const KEY = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n'

describe('the places of certificates', () => {
  let box: Sandbox
  before(async () => (box = await sandbox()))
  after(() => box.remove())

  it('are known of every certificate in the PKI that is on a node', () => {
    for (const role of ['controller', 'worker'] as const)
      expect(CERTIFICATE_PLACES[role].map(({name}) => name)).to.include.members([...leavesHeldBy(role)])
  })

  it('are files that every node has, but for those that may be missing', () => {
    for (const minor of ['1.20', '1.36']) {
      for (const [role, node] of [
        ['controller', 'controller-1'],
        ['worker', 'worker-1'],
      ] as const) {
        const files = bundleOf(sampleCluster(minor), node).files.map(({path}) => path)
        const wanted = CERTIFICATE_PLACES[role].filter(({optional}) => !optional)
        expect(files, `${minor} ${node}`).to.include.members(wanted.map(({path}) => path))
      }
    }
  })

  it('are read without any key, from files and from kubeconfigs', async () => {
    const files: Record<string, string> = {
      [PATHS.haproxyClient]: `${CERTIFICATE}${KEY}`,
      [PATHS.kubeletConf]: `users:\n  - user:\n      client-certificate-data: ${Buffer.from(CERTIFICATE).toString('base64')}\n      client-key-data: c2VjcmV0\n`,
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(box.root, path)), {recursive: true})
      await writeFile(join(box.root, path), text)
    }
    const {stdout, exitCode} = await box.run(readCertificatesCommand('worker').replaceAll('/etc/', `${box.root}/etc/`))
    expect(exitCode).to.equal(0)
    expect(stdout).not.to.include('c2VjcmV0').and.not.to.include(Buffer.from(KEY).toString('base64').slice(0, 40))
    const found = parseCertificates(stdout)
    expect(found.get(join(box.root, PATHS.haproxyClient))).to.equal(CERTIFICATE)
    expect(found.get(join(box.root, PATHS.kubeletConf))).to.equal(CERTIFICATE)
    expect(found.get(join(box.root, PATHS.proxyConf))).to.equal(undefined)
  })
})
