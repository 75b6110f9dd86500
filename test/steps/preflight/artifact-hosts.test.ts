import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {ArtifactsAskedFor} from '../../../src/artifacts/request.js'
import {RECIPE} from '../../../src/artifacts/debian/make-set.js'
import {writeCachedSet} from '../../../src/artifacts/debian/record.js'
import {artifactHosts} from '../../../src/steps/preflight/artifact-hosts.js'
import type {PreflightContext} from '../../../src/steps/preflight/check.js'
import {sha256} from '../../artifacts/support.js'
import {ACCESS} from '../run-context.js'

describe('the look at where binaries come from', () => {
  const before = {...process.env}
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-hosts-'))
    // Nothing listens at port 9 (discard) of this machine: no site can be reached.
    Object.assign(process.env, {HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: ''})
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
    process.env = {...before}
  })

  const detail = async (source: 'auto' | 'debian'): Promise<string> => {
    const access = {...ACCESS, architecture: 'amd64', cacheServer: {url: 'http://cache', directory}} as const
    const subject = {artifacts: {source, mirror: undefined}, access, signal: new AbortController().signal}
    expect(artifactHosts.concerns?.(subject as unknown as PreflightContext)).to.equal(true)
    return (await artifactHosts.run(subject as unknown as PreflightContext)).detail
  }

  for (const source of ['auto', 'debian'] as const) {
    it(`says with --artifacts ${source} whether Kubernetes is to be built or is in the cache`, async () => {
      expect(await detail(source)).to.include('will be built from Debian')
      const made = join(directory, 'artifacts', 'debian', 'amd64')
      const set = {recipe: RECIPE, versions: {}, images: {}, image: {file: 'image', sha256: sha256('')}, artifacts: []}
      await writeCachedSet(made, set as never)
      writeFileSync(join(made, 'image'), '')
      expect(await detail(source)).to.include("built from Debian's source, is in the cache")
    })
  }

  it('refuses what Debian does not have in the place of upstream, as a create would', async () => {
    const refusal = async (more: Partial<ArtifactsAskedFor>): Promise<unknown> => {
      const access = {...ACCESS, architecture: 'amd64'} as const
      const subject = {artifacts: {source: 'auto', ...more}, access, signal: new AbortController().signal}
      return artifactHosts.run(subject as unknown as PreflightContext).then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    expect(await refusal({kubernetesVersion: '1.30'}))
      .to.have.property('message')
      .that.matches(
        /^Kubernetes 1\.30 cannot be had: dl\.k8s\.io cannot be reached .*, and Debian has 1\.20\.2 only\.$/,
      )
    expect(await refusal({addons: ['metrics-server']})).to.include({
      code: 'ARTIFACT_MISSING',
      message: 'metrics-server cannot be installed: Debian has no image of it.',
    })
    expect(await refusal({cni: 'kube-network-policies'})).to.have.property('code', 'ARTIFACT_UNREACHABLE')
    expect(await refusal({kubernetesVersion: '1.20'})).to.equal(undefined)
  })
})
