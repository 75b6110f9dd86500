import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {captureOutput} from '@oclif/test'
import {expect} from 'chai'
import type {ArtifactSet} from '../../../src/artifacts/artifact.js'
import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import ArtifactsList from '../../../src/commands/artifacts/list.js'
import {Journal} from '../../../src/steps/engine/journal.js'
import type {ArtifactsReport} from '../../../src/steps/list-artifacts.js'
import {sha256} from '../../artifacts/support.js'
import {releaseFiles} from '../../artifacts/upstream/release-files.js'
import {sampleSpec} from '../../steps/sample-spec.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SUM = 'ab'.repeat(32)
const LONG = `https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz`

const SET: ArtifactSet = {
  source: 'upstream',
  architecture: 'amd64',
  versions: {kubernetes: '1.36.2', etcd: '3.6.14', containerd: '2.3.4', runc: '1.3.0', cni: '1.6.2'},
  artifacts: [
    {
      name: 'cni-plugins',
      version: '1.9.1',
      origin: LONG,
      url: LONG,
      sha256: SUM,
      install: {kind: 'tar.gz', members: {}},
      roles: ['worker'],
    },
  ],
  images: {
    pause: `registry.k8s.io/pause:3.10@sha256:${SUM}`,
    check: 'registry.k8s.io/e2e-test-images/busybox:1.36.1-1',
  },
  notices: [],
}

describe('khw artifacts list', () => {
  const before = {...process.env}
  let directory = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-artifacts-list-'))
    Object.assign(process.env, {KHW_HOME: directory, KHW_CACHE: join(directory, 'cache')})
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
    process.env = {...before}
  })

  const run = (...argv: string[]) => captureOutput(() => ArtifactsList.run(argv, ROOT))

  function record(artifacts: ArtifactSet, name = 'sample'): void {
    const header = {clusterId: 'c', spec: sampleSpec({name, controllers: 1, workers: 1}), account: '1', artifacts}
    Journal.create(join(directory, 'clusters', name), {
      ...header,
      operatorCidr: '198.51.100.7/32',
      createdAt: '2026-11-24T08:00:00.000Z',
    })
  }

  it('shows what a cluster was made of, all of it within 80 columns', async () => {
    record(SET)
    const {stdout, error} = await run('sample')
    expect(error).to.be.undefined
    for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(stdout).to.match(/^sample was made of Kubernetes 1\.36\.2 for amd64 from upstream: 3 artifacts\.\n/)
    expect(stdout.replace(/\/\n {4}/g, '/')).to.contain(`cni-plugins 1.9.1\n  ${LONG}\n  sha256:${SUM}\n`)
    expect(stdout).to.contain(`image-pause 3.10\n  registry.k8s.io/pause\n  sha256:${SUM}\n`)
    expect(stdout).to.contain('image-check 1.36.1-1\n  registry.k8s.io/e2e-test-images/busybox\n  not pinned')
  })

  it('without a name shows the only cluster, and asks which of several', async () => {
    record(SET)
    const {stdout, error} = await run()
    expect(error).to.be.undefined
    expect(stdout).to.match(/^sample was made of Kubernetes 1\.36\.2 /)
    record(SET, 'second')
    expect((await run()).stderr).to.contain('CLUSTER_AMBIGUOUS')
  })

  it('advises only what it can be given', async () => {
    // Nothing listens at port 9 (discard) of this machine.
    Object.assign(process.env, {HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: ''})
    const {stderr} = await run('--artifacts', 'upstream')
    expect(stderr).to.contain('ARTIFACT_UNREACHABLE').and.contain('or --artifacts debian: ')
    expect(stderr).not.to.contain('--provider')
  })

  it('shows the published files of what was built', async () => {
    const madeOf = [{url: 'http://deb.debian.org/debian/pool/main/e/etcd/etcd-server_3_amd64.deb', sha256: SUM}]
    const [artifact] = SET.artifacts
    if (!artifact) throw new Error('no artifact')
    record({...SET, source: 'debian', artifacts: [artifact, artifact].map(each => ({...each, madeOf}))})
    const {stdout} = await run('sample')
    expect(stdout.match(/etcd-server_3_amd64\.deb\n {2}sha256:/g)).to.have.length(1)
    const json = JSON.parse((await run('sample', '--json')).stdout) as ArtifactsReport
    expect(json.artifacts).to.have.length(2)
    expect(json.artifacts[0]?.madeOf).to.deep.equal([{source: madeOf[0]?.url, digest: `sha256:${SUM}`}])
  })

  it('shows each image that the region has for its nodes, and what it came in', async () => {
    const reference = (name: string): string => `registry.example/${name}:1@sha256:${SUM}`
    const madeOf = [{url: '/srv/mirror/images/all.tar', sha256: 'cd'.repeat(32)}]
    const images = {pause: reference('pause'), check: reference('tools/busybox')}
    const all = [...Object.values(images), reference('shop/web'), `localhost:5000/shop/db@sha256:${SUM}`]
    const imageRegistry = {url: 'http://169.254.169.252', images: all.map(each => ({reference: each, madeOf}))}
    record({...SET, source: 'mirror', images, imageRegistry})
    const {artifacts} = JSON.parse((await run('sample', '--json')).stdout) as ArtifactsReport
    const listed = (name: string, source: string): object => ({
      ...{name, version: '1', source, digest: `sha256:${SUM}`},
      madeOf: [{source: '/srv/mirror/images/all.tar', digest: `sha256:${'cd'.repeat(32)}`}],
    })
    expect(artifacts.slice(1)).to.deep.equal([
      listed('image-pause', 'registry.example/pause'),
      listed('image-check', 'registry.example/tools/busybox'),
      listed('image-web', 'registry.example/shop/web'),
      {...listed('image-db', 'localhost:5000/shop/db'), version: ''},
    ])
  })

  it('shows archives of images as such, as an older khw has recorded them', async () => {
    const [artifact] = SET.artifacts
    if (!artifact) throw new Error('no artifact')
    const archive = {...artifact, name: 'image-busybox', install: {kind: 'image', path: '/var/lib/khw/x.tar'} as const}
    record({
      ...SET,
      source: 'debian',
      artifacts: [archive],
      images: {pause: 'khw.local/pause:1', check: 'khw.local/check:1'},
    })
    const {artifacts} = JSON.parse((await run('sample', '--json')).stdout) as ArtifactsReport
    expect(artifacts.map(({name}) => name)).to.deep.equal(['image-busybox'])
  })

  it('shows what a create would take from a mirror, without copying it', async () => {
    const archive = await imageArchive({
      architecture: 'amd64',
      tags: ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/e2e-test-images/busybox:1.36.1-1'],
      command: ['/x'],
      environment: [],
      layer: [],
    })
    const files = {...releaseFiles('1.36.2'), 'images/base.tar': archive}
    for (const [path, content] of Object.entries(files)) {
      const target = join(directory, 'mirror', path)
      mkdirSync(dirname(target), {recursive: true})
      writeFileSync(target, content)
    }
    const {stdout} = await run('--mirror', join(directory, 'mirror'), '--kubernetes-version', 'v1.36.2', '--json')
    const report = JSON.parse(stdout) as ArtifactsReport
    expect(report).to.include({cluster: null, kubernetes: '1.36.2', source: 'mirror', architecture: 'amd64'})
    expect(report.artifacts).to.deep.include({
      name: 'image-base',
      version: 'mirrored',
      source: join(directory, 'mirror/images/base.tar'),
      digest: `sha256:${sha256(archive)}`,
      madeOf: [],
    })
    const kubelet = report.artifacts.find(({name}) => name === 'kubelet')
    expect(kubelet?.source).to.equal(join(directory, 'mirror/dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet'))
  })

  it('refuses flags beside the name of a cluster, versions it does not know, and what is not built yet', async () => {
    record(SET)
    const both = await run('sample', '--arch', 'arm64')
    expect(both.error?.oclif?.exit).to.equal(2)
    expect(both.stderr).to.contain('khw artifacts list sample').and.contain('khw artifacts list --arch arm64')
    const old = await run('--kubernetes-version', '1.10')
    expect(old.stderr).to.contain('VERSION_UNSUPPORTED')
    if (process.platform !== 'linux') return
    const built = await run('--artifacts', 'debian')
    expect(built.stderr).to.contain('is not made yet').and.contain('khw create --provider local --artifacts debian')
  })
})
