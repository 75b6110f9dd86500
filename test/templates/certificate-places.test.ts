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

  const read = (): ReturnType<Sandbox['run']> =>
    box.run(readCertificatesCommand('worker').replace(/\/(etc|var)\//g, `${box.root}/$1/`))

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
      [PATHS.proxyConf]: `users:\n  - user:\n      client-certificate-data: ${Buffer.from(CERTIFICATE).toString('base64')}\n      client-key-data: c2VjcmV0\n`,
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(box.root, path)), {recursive: true})
      await writeFile(join(box.root, path), text)
    }
    const {stdout, exitCode} = await read()
    expect(exitCode).to.equal(0)
    expect(stdout).not.to.include('c2VjcmV0').and.not.to.include(Buffer.from(KEY).toString('base64').slice(0, 40))
    const found = parseCertificates(stdout)
    expect(found.get(join(box.root, PATHS.haproxyClient))).to.equal(CERTIFICATE)
    expect(found.get(join(box.root, PATHS.proxyConf))).to.equal(CERTIFICATE)
    expect(found.get(join(box.root, PATHS.ca.certificate))).to.equal(undefined)
  })

  it("have the kubelet's own where it has been issued one, and else what it was given", async () => {
    const given = join(box.root, PATHS.kubeletClient.certificate)
    const own = join(box.root, PATHS.kubeletRotated)
    for (const path of [given, own]) await mkdir(dirname(path), {recursive: true})
    await writeFile(given, CERTIFICATE)
    expect(parseCertificates((await read()).stdout).get(given)).to.equal(CERTIFICATE)
    const rotated = CERTIFICATE.replace('MIIB', 'MIIC')
    await writeFile(own, `${rotated}${KEY}`)
    const {stdout} = await read()
    expect(parseCertificates(stdout).get(given)).to.equal(rotated)
    expect(stdout).not.to.include(Buffer.from(KEY).toString('base64').slice(0, 40))
  })
})
