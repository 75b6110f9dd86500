import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {
  componentVersions,
  DEFAULT_KUBERNETES_VERSION,
  SUPPORTED_MINORS,
} from '../../src/kubernetes/component-versions.js'

describe('component versions', () => {
  it('covers every minor from 1.20 to 1.37 and has the default among them', () => {
    expect(SUPPORTED_MINORS).to.have.length(18)
    expect(SUPPORTED_MINORS[0]).to.equal('1.20')
    expect(SUPPORTED_MINORS.at(-1)).to.equal('1.37')
    expect(SUPPORTED_MINORS).to.include(DEFAULT_KUBERNETES_VERSION.split('.').slice(0, 2).join('.'))
    for (const minor of SUPPORTED_MINORS) {
      const versions = componentVersions(minor)
      for (const name of ['etcd', 'containerd', 'runc', 'cni', 'crictl', 'coredns'] as const) {
        expect(versions[name], `${name} of ${minor}`).to.match(/^\d+\.\d+\.\d+$/)
      }
      expect(versions.kubernetes).to.equal(minor)
    }
  })

  it('gives containerd 1.x while kubelets need it, then the line that its own table names for the minor', () => {
    const line = (minor: string) => componentVersions(minor).containerd.split('.').slice(0, 2).join('.')
    expect(['1.20', '1.22', '1.31'].map(line)).to.deep.equal(['1.7', '1.7', '1.7'])
    expect(['1.32', '1.34', '1.35', '1.36', '1.37'].map(line)).to.deep.equal(['2.0', '2.0', '2.2', '2.3', '2.3'])
  })

  it('gives the etcd line each minor was released with', () => {
    const line = (minor: string) => componentVersions(minor).etcd.split('.').slice(0, 2).join('.')
    expect(['1.20', '1.21', '1.22', '1.33'].map(line)).to.deep.equal(['3.4', '3.4', '3.5', '3.5'])
    expect(['1.34', '1.36', '1.37'].map(line)).to.deep.equal(['3.6', '3.6', '3.7'])
  })

  it('gives the CoreDNS that kubeadm of each minor runs', () => {
    const coredns = (minor: string) => componentVersions(minor).coredns
    expect(['1.34', '1.35', '1.36', '1.37'].map(coredns)).to.deep.equal(['1.12.1', '1.13.1', '1.14.2', '1.14.6'])
  })

  it('keeps the patch version, with or without v', () => {
    expect(componentVersions('1.28.3').kubernetes).to.equal('1.28.3')
    expect(componentVersions('v1.28.3').kubernetes).to.equal('1.28.3')
    expect(componentVersions('1.28.3').pause).to.equal('3.9')
  })

  for (const version of ['1.19.16', '1.38.0', '2.0.0', '1', '', 'latest', '1.36.2-rc.0', '1.036.2', '1.36.2.1']) {
    it(`refuses "${version}" with the range`, () => {
      expect(() => componentVersions(version))
        .to.throw(KhwError, '1.20 to 1.37')
        .with.property('code', 'VERSION_UNSUPPORTED')
    })
  }
})
