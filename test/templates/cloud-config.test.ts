import {expect} from 'chai'
import {parse} from 'yaml'
import {cloudConfig, USER_DATA_LIMIT} from '../../src/templates/cloud-config.js'
import {applyScript} from '../../src/templates/apply-script.js'
import {FETCH_SCRIPT, fetchScript} from '../../src/templates/fetch-script.js'
import {waitForFetchScript} from '../../src/templates/wait-for-fetch.js'
import {bundleOf, sampleCluster} from './sample-cluster.js'
import {accepts, sandbox} from './shell.js'

const hostKey = {
  privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n',
  publicKey: 'ssh-ed25519 AAAA khw',
}

const expiry = {createdAt: '2026-11-24T08:00:00.000Z', expiresAt: '2026-11-24T16:00:00.000Z'}

describe('user data', () => {
  const cluster = sampleCluster('1.36', {controllers: 9, workers: 60, images: 'archives'})
  const nodes = [...cluster.controllers, ...cluster.workers]

  it('fits in what EC2 takes, however large the cluster', () => {
    for (const node of nodes) {
      const text = cloudConfig({artifacts: cluster.artifacts, node, hostKey, ...expiry})
      expect(Buffer.byteLength(text), node.name).to.be.below(USER_DATA_LIMIT / 2)
    }
  })

  it('names the machine, gives it its host key, and is the same each time', () => {
    const [node] = cluster.workers
    if (!node) throw new RangeError('no worker')
    const text = cloudConfig({artifacts: cluster.artifacts, node, hostKey, ...expiry})
    expect(text.split('\n')[0]).to.equal('#cloud-config')
    expect(parse(text)).to.deep.include({
      hostname: 'worker-1',
      fqdn: 'worker-1',
      preserve_hostname: false,
      ssh_deletekeys: true,
      ssh_genkeytypes: ['ed25519'],
      ssh_keys: {ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey},
      disable_root: true,
      locale: false,
    })
    expect(cloudConfig({artifacts: cluster.artifacts, node, hostKey, ...expiry})).to.equal(text)
    // Where EC2 is to choose the address, nobody knows it yet.
    const {privateIp, ...unplaced} = node
    expect(cloudConfig({artifacts: cluster.artifacts, node: unplaced, hostKey, ...expiry})).to.equal(
      text.replaceAll(privateIp, '127.0.1.1'),
    )
  })

  it('unpacks the fetch script at boot, starts it, and keeps a newer one', async () => {
    const [node] = cluster.workers
    if (!node) throw new RangeError('no worker')
    const box = await sandbox()
    try {
      await box.standIn('systemctl', 'exit 3')
      await box.standIn('systemd-run', `echo "$*" >>${box.root}/calls`)
      const {bootcmd} = parse(cloudConfig({artifacts: cluster.artifacts, node, hostKey, ...expiry})) as {
        bootcmd: string[][]
      }
      const script = (bootcmd[0]?.[2] ?? '')
        .replaceAll('/var/lib/khw', `${box.root}/state`)
        .replaceAll('/etc/hosts', `${box.root}/hosts`)
        .replaceAll('/etc/khw', `${box.root}/khw`)
        .replaceAll('/usr/local/sbin', box.root)
        .replaceAll('/etc/systemd/system', box.root)
      const boot = `: >>${box.root}/hosts; ${script}; cat ${FETCH_SCRIPT.replace('/var/lib/khw', `${box.root}/state`)}; cat ${box.root}/hosts ${box.root}/calls`
      const first = await box.run(boot)
      expect(first.exitCode).to.equal(0)
      expect(first.stdout.startsWith(fetchScript(cluster.artifacts, 'worker'))).to.equal(true)
      expect(first.stdout)
        .to.match(/^10\.240\.0\.31 worker-1$/m)
        .and.match(/--unit=khw-fetch\.service .* sh \S+fetch\.sh$/m)
      const again = await box.run(`echo newer >${box.root}/state/fetch.sh; ${boot}`)
      expect(again.stdout).to.match(/^newer\n10\.240\.0\.31 worker-1\n/)
    } finally {
      await box.remove()
    }
  })
})

describe('scripts for nodes', () => {
  const cluster = sampleCluster('1.20')
  const scripts = {
    'fetch controller': fetchScript(cluster.artifacts, 'controller'),
    'fetch worker': fetchScript(cluster.artifacts, 'worker'),
    'wait for worker': waitForFetchScript({artifacts: cluster.artifacts, role: 'worker', timeoutSeconds: 60}),
    'apply controller': applyScript(bundleOf(cluster, 'controller-1')),
    'apply worker': applyScript(bundleOf(cluster, 'worker-1')),
    'pod network':
      bundleOf(cluster, 'worker-1').files.find(file => file.path.endsWith('khw-pod-network'))?.content ?? '(',
  }
  for (const [name, script] of Object.entries(scripts)) {
    it(`${name} is sh, dash and bash`, async () => {
      expect(await accepts('sh', script)).to.equal(true)
      expect(await accepts('dash', script)).not.to.equal(false)
      expect(await accepts('bash', script)).not.to.equal(false)
    })
  }
})
