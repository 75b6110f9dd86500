import {mkdir, stat, symlink, utimes, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {expect} from 'chai'
import {parse} from 'yaml'
import {SUPPORTED_MINORS} from '../../src/kubernetes/component-versions.js'
import {PATHS} from '../../src/templates/paths.js'
import {bundleOf, fileOf, sampleCluster} from './sample-cluster.js'
import {sandbox, type Sandbox} from './shell.js'

describe("the kubelet's certificates", () => {
  let box: Sandbox
  before(async () => (box = await sandbox()))
  after(() => box.remove())

  const unit = fileOf(bundleOf(sampleCluster('1.36'), 'worker-1'), '/etc/systemd/system/kubelet.service')

  /** Whether the kubelet's own is there after what comes before its start. */
  async function keptOwn(minutes: {given: number; own: number}): Promise<boolean> {
    const command = /^ExecStartPre=\/bin\/sh -c '(if .*)'$/m.exec(unit)?.[1] ?? 'exit 9'
    const [given, own] = [PATHS.kubeletClient.certificate, PATHS.kubeletRotated].map(path => join(box.root, path))
    const issued = join(box.root, 'issued.pem')
    if (given === undefined || own === undefined) throw new Error('no paths')
    for (const path of [given, own]) await mkdir(dirname(path), {recursive: true})
    await writeFile(given, 'x')
    await writeFile(issued, 'x')
    // As the kubelet makes it.
    await symlink(issued, own).catch(() => undefined)
    await utimes(given, 0, minutes.given * 60)
    await utimes(issued, 0, minutes.own * 60)
    const {exitCode} = await box.run(command.replace(/\/(etc|var)\//g, `${box.root}/$1/`))
    expect(exitCode).to.equal(0)
    return stat(own).then(
      () => true,
      () => false,
    )
  }

  it('to be known by are its own until khw brings newer', async () => {
    expect(await keptOwn({given: 1, own: 2})).to.equal(true)
    expect(await keptOwn({given: 3, own: 2})).to.equal(false)
  })

  it('to be known by rotate, in every release, for as long as those of khw last once they are issued', () => {
    for (const minor of SUPPORTED_MINORS) {
      const cluster = sampleCluster(minor)
      const config = parse(fileOf(bundleOf(cluster, 'worker-1'), PATHS.kubeletConfig)) as Record<string, unknown>
      expect(config, minor).to.include({rotateCertificates: true})
      const manager = fileOf(bundleOf(cluster, 'controller-1'), '/etc/systemd/system/kube-controller-manager.service')
      expect(manager).to.include('--cluster-signing-duration=2592300s')
    }
  })

  it('to serve with are verified by the authority that has signed them', () => {
    const api = fileOf(bundleOf(sampleCluster('1.36'), 'controller-1'), '/etc/systemd/system/kube-apiserver.service')
    expect(api).to.include(`--kubelet-certificate-authority=${PATHS.ca.certificate}`)
    const config = parse(fileOf(bundleOf(sampleCluster('1.36'), 'worker-1'), PATHS.kubeletConfig)) as object
    expect(config).to.include({tlsCertFile: PATHS.kubelet.certificate, tlsPrivateKeyFile: PATHS.kubelet.privateKey})
    expect(config).not.to.have.property('serverTLSBootstrap')
  })
})
