import {expect} from 'chai'
import {componentVersions} from '../../src/kubernetes/component-versions.js'
import {containerdReleaseOf, etcdReleaseOf, releaseOf} from '../../src/kubernetes/releases.js'

const MINORS = Array.from({length: 18}, (_, i) => 20 + i)

/** The minors for which a capability is as asked. */
function minorsWith(check: (release: ReturnType<typeof releaseOf>) => boolean): number[] {
  return MINORS.filter(minor => check(releaseOf(`1.${minor}.0`)))
}

describe('releaseOf', () => {
  it('knows 1.20 to 1.37', () => {
    expect(MINORS.map(minor => releaseOf(`1.${minor}.3`).minor)).to.deep.equal(MINORS)
  })

  for (const version of ['1.19.16', '1.38.0', '2.0.0', '1.36', 'latest', 'v1.36.2', '']) {
    it(`refuses "${version}" and says what to type`, () => {
      expect(() => releaseOf(version))
        .to.throw()
        .that.includes({code: 'VERSION_UNSUPPORTED'})
      expect(() => releaseOf(version))
        .to.throw()
        .with.property('suggestions').that.is.not.empty
    })
  }

  it('knows when the kubelet changed', () => {
    expect(minorsWith(release => release.kubeletDockershimFlags)).to.deep.equal([20, 21, 22, 23])
    expect(minorsWith(release => release.kubeletRuntimeEndpoint === 'flag')).to.deep.equal([20, 21, 22, 23, 24, 25, 26])
    expect(minorsWith(release => release.kubeletSeccompDefault)[0]).to.equal(25)
    expect(minorsWith(release => release.kubeletFailCgroupV1)[0]).to.equal(31)
    expect(minorsWith(release => release.kubeProxyMode === 'nftables')[0]).to.equal(33)
    expect(minorsWith(release => !release.containerdMajors.includes(2)).at(-1)).to.equal(22)
    expect(minorsWith(release => release.containerdMajors.includes(1)).at(-1)).to.equal(35)
    for (const minor of MINORS) {
      const major = Number(componentVersions(`1.${minor}`).containerd.split('.')[0])
      expect(releaseOf(`1.${minor}.0`).containerdMajors).to.include(major)
    }
  })

  it('knows when the control plane changed', () => {
    expect(minorsWith(release => release.insecurePortFlag)).to.deep.equal([20, 21, 22])
    expect(minorsWith(release => !release.denyServiceExternalIps)).to.deep.equal([20])
    expect(minorsWith(release => release.endpointSliceVersion === 'discovery.k8s.io/v1beta1')).to.deep.equal([20])
    expect(minorsWith(release => release.anonymousPathsVersion === 'v1beta1')).to.deep.equal([32, 33])
    expect(minorsWith(release => release.anonymousPathsVersion === 'v1')[0]).to.equal(34)
    expect(minorsWith(release => release.podDisruptionBudgetVersion === 'policy/v1beta1')).to.deep.equal([20])
  })
})

describe('etcdReleaseOf', () => {
  const tlsMin = (version: string): boolean => etcdReleaseOf(version).tlsMinVersionFlag

  it('knows the first patch releases with TLS 1.3', () => {
    expect(['3.4.24', '3.5.7'].map(tlsMin)).to.deep.equal([false, false])
    expect(['3.4.25', '3.4.100', '3.5.8', '3.5.33', '3.6.0', '3.7.2'].map(tlsMin)).to.deep.equal(Array(6).fill(true))
  })

  it("reads Debian's versions", () => {
    expect(etcdReleaseOf('3.4.23').v2Api).to.equal(true)
    expect(etcdReleaseOf('3.6.0-rc.3').v2Api).to.equal(false)
  })

  it('refuses what it cannot configure', () => {
    expect(() => etcdReleaseOf('3.3.25')).to.throw(/3\.4 and newer/)
    expect(() => etcdReleaseOf('4.0.0')).to.throw(/3\.4 and newer/)
  })
})

describe('containerdReleaseOf', () => {
  it('knows which file each version reads', () => {
    expect(containerdReleaseOf('1.6.20~ds1')).to.deep.equal({configVersion: 2, cniBinKey: 'bin_dir', nri: false})
    expect(containerdReleaseOf('2.0.5')).to.deep.equal({configVersion: 3, cniBinKey: 'bin_dir', nri: true})
    expect(containerdReleaseOf('2.1.9')).to.deep.equal({configVersion: 3, cniBinKey: 'bin_dirs', nri: true})
    expect(containerdReleaseOf('2.3.4')).to.deep.equal({configVersion: 3, cniBinKey: 'bin_dirs', nri: true})
  })

  it('refuses what it cannot configure', () => {
    expect(() => containerdReleaseOf('3.0.0')).to.throw(/1\.x and 2\.x/)
    expect(() => containerdReleaseOf('newest')).to.throw(/no version of containerd/)
  })
})
