import {expect} from 'chai'
import {UPSTREAM_HOSTS, obstacleTo} from '../../src/artifacts/net/reach.js'
import {POLICY_RELEASES} from '../../src/artifacts/upstream/network-policies.js'
import type {CreateReport} from '../../src/cluster/report.js'
import {proxyFromEnvironment} from '../../src/proxy.js'
import {missingKernelFeatures} from '../../src/local/provider.js'
import {QUEUES} from '../../src/steps/preflight/policy-kernel.js'
import {artifactsAsked} from './artifacts-asked.js'
import {whyNot} from './can-run.js'
import {leftOnHost, prefixOf} from './host.js'
import {Khw} from './khw.js'

const CNI = 'kube-network-policies'
const NAME = 'policies'
const CREATE = ['create', '--name', NAME, '--provider', 'local', '--controllers', '1', '--workers', '2', '--yes']

/** Why its manifest and its image cannot be had here. */
async function obstacle(): Promise<string | undefined> {
  const network = {proxy: proxyFromEnvironment(), signal: new AbortController().signal}
  const urls = [...UPSTREAM_HOSTS, new URL(POLICY_RELEASES[CNI].manifest.url).origin]
  return (await Promise.all(urls.map(url => obstacleTo(url, network)))).find(found => found !== undefined)
}

async function kernelProblem(): Promise<string | undefined> {
  const [missing] = await missingKernelFeatures([QUEUES])
  return missing && `the kernel lacks ${missing.name}`
}

const outOfReach = await obstacle()
const asked = artifactsAsked()
const notHere = (asked === undefined ? outOfReach : undefined) ?? whyNot() ?? (await kernelProblem())

describe(`--cni ${CNI}`, function () {
  this.timeout(20 * 60_000)
  const khw = new Khw()
  after(() => khw.close())

  const expectRefused = async (...artifacts: string[]): Promise<void> => {
    const {code, stderr} = await khw.run(...CREATE, '--cni', CNI, ...artifacts)
    expect(code, stderr).to.equal(2)
    expect(stderr)
      .to.match(/cannot be had/)
      .and.match(/--artifacts mirror --mirror DIR/)
      .and.match(/--cni bridge/)
    expect(JSON.parse(await khw.succeed('list', '--json'))).to.deep.equal([])
  }

  it('is refused with what Debian has, before anything is created', () => expectRefused('--artifacts', 'debian'))

  if (notHere === undefined) {
    it('keeps pods out that a NetworkPolicy keeps out, or the create would fail', async () => {
      const report = JSON.parse(await khw.succeed(...CREATE, '--cni', CNI, ...(asked ?? []), '--json')) as CreateReport
      expect(report.timings.map(({step}) => step)).to.include('verify/network-policies')
      expect(report.network).to.deep.equal({cni: CNI, policiesEnforced: true})
      const prefix = prefixOf(khw.home)
      await khw.succeed('destroy', NAME, '--yes')
      expect(leftOnHost(prefix, khw.home)).to.deep.equal([])
    })
  } else console.log(`  Not run: a pod that ${CNI} keeps out, because ${notHere}.`)

  if (outOfReach !== undefined)
    it('is refused where neither a registry nor a mirror is in reach, before anything is created', () =>
      expectRefused('--artifacts', 'auto'))
})
