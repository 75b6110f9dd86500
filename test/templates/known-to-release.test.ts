import {expect} from 'chai'
import {parse, parseAllDocuments} from 'yaml'
import {
  namespaceManifest,
  podManifest,
  serviceAccountManifest,
  serviceManifest,
} from '../../src/kubernetes/check-manifests.js'
import {SUPPORTED_MINORS} from '../../src/kubernetes/component-versions.js'
import {defaultServiceAccounts} from '../../src/kubernetes/default-service-accounts.js'
import type {Manifest} from '../../src/kubernetes/objects.js'
import {rbacManifests} from '../../src/kubernetes/rbac.js'
import {deploymentManifest, nodePortManifest} from '../../src/kubernetes/workload-manifests.js'
import {releaseOf} from '../../src/kubernetes/releases.js'
import {encryptionConfiguration} from '../../src/pki/encryption.js'
import type {NodeBundle} from '../../src/templates/bundle.js'
import {NO_PAIR} from '../../src/steps/addons/addon.js'
import {allAddons} from '../../src/steps/addons/registry.js'
import {readFacts} from '../facts/facts.js'
import {bundleOf, sampleCluster, type SampleCluster} from './sample-cluster.js'

const facts = readFacts()

/** Programs whose flags the tables have. */
const KUBERNETES = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy']

/** A minor's cluster as it is by itself, and with all that adds words to its files. */
function clustersOf(minor: string): SampleCluster[] {
  const plain = sampleCluster(minor)
  const rich = sampleCluster(minor, {images: minor === '1.20' ? 'archives' : 'region', securityProfile: 'cis'})
  return [plain, {...rich, spec: {...rich.spec, loadBalancer: 'nlb', spot: true}}]
}

function manifestsOf({spec}: SampleCluster): readonly Manifest[] {
  const namespace = 'khw-check-1'
  return [
    ...rbacManifests(),
    ...defaultServiceAccounts(),
    ...allAddons().flatMap(addon => [...addon.objects(spec, 'registry.example/x:v1', NO_PAIR)]),
    namespaceManifest(namespace, 'workload'),
    serviceAccountManifest(namespace),
    serviceManifest(namespace),
    podManifest(namespace, 'worker-1', 3, 'busybox'),
    deploymentManifest(namespace, 2, 'busybox'),
    nodePortManifest(namespace),
    {
      apiVersion: releaseOf(spec.kubernetesVersion).evictionVersion,
      kind: 'Eviction',
      metadata: {name: 'pod', namespace},
    },
  ]
}

/** What a bundle's units start: program and names of its flags. */
function commandsOf({files}: NodeBundle): {program: string; flags: string[]}[] {
  return files
    .filter(({path}) => path.endsWith('.service'))
    .flatMap(({content}) => {
      const command = /^ExecStart=(\S+)((?:[^\n]*\\\n)*[^\n]*)$/m.exec(content)
      const flags = [...(command?.[2] ?? '').matchAll(/ --([\w-]+)/g)].map(match => match[1] ?? '')
      return command?.[1] === undefined ? [] : [{program: command[1].split('/').at(-1) ?? '', flags}]
    })
}

/** The configuration objects among a bundle's files. */
function configurationsOf({files}: NodeBundle): unknown[] {
  return files
    .filter(({content}) => /^apiVersion: /m.test(content))
    .flatMap(({content}) => parseAllDocuments(content).map(document => document.toJS() as unknown))
}

/** Keys of containerd's plugins as its file sets them: the plugin, then the way to the key. */
function containerdKeys(toml: string): string[][] {
  let table: string[] = []
  return toml.split('\n').flatMap(line => {
    const header = /^\[plugins\.(.*)\]$/.exec(line)?.[1]
    if (header !== undefined)
      table = [...header.matchAll(/"([^"]*)"|([\w-]+)/g)].map(match => match[1] ?? match[2] ?? '')
    const key = /^\s+(\w+) = /.exec(line)?.[1]
    return key === undefined ? [] : [[...table, key]]
  })
}

/** Every word in a cluster's files and manifests that its release does not know. */
function unknownIn(minor: number, cluster: SampleCluster): string[] {
  const {etcd, containerd} = cluster.artifacts.versions
  return ['controller-1', 'worker-2'].flatMap(name => {
    const bundle = bundleOf(cluster, name)
    const flags = commandsOf(bundle).flatMap(({program, flags: names}) => {
      const unknown = KUBERNETES.includes(program)
        ? facts.unknownFlags(program, minor, names)
        : program === 'etcd'
          ? facts.unknownEtcdFlags(etcd, names)
          : []
      return unknown.map(flag => `${program} --${flag}`)
    })
    const toml = bundle.files.find(({path}) => path.endsWith('/containerd/config.toml'))?.content ?? ''
    return [
      ...flags,
      ...configurationsOf(bundle).flatMap(object => facts.unknownFields(minor, object)),
      ...facts.unknownContainerdKeys(containerd, containerdKeys(toml)),
    ]
  })
}

describe('every word that khw writes', () => {
  for (const name of SUPPORTED_MINORS) {
    const minor = Number(name.slice('1.'.length))

    it(`${name} knows: flags and configuration`, () => {
      for (const cluster of clustersOf(name)) expect(unknownIn(minor, cluster)).to.deep.equal([])
      const {encryptionProvider} = releaseOf(`${name}.0`)
      expect(
        facts.unknownFields(minor, parse(encryptionConfiguration(encryptionProvider, [{name: 'key-1', text: 'a2V5'}]))),
      ).to.deep.equal([])
    })

    it(`${name} serves: kinds and fields of manifests`, () => {
      for (const cluster of clustersOf(name)) {
        for (const object of manifestsOf(cluster)) expect(facts.unknownFields(minor, object)).to.deep.equal([])
      }
    })
  }

  it('is looked at: all five programs, etcd, and every kind of configuration', () => {
    const cluster = sampleCluster('1.37', {securityProfile: 'cis'})
    const bundles = [cluster, sampleCluster('1.37')].flatMap(each =>
      ['controller-1', 'worker-2'].map(node => bundleOf(each, node)),
    )
    const commands = bundles.flatMap(commandsOf)
    for (const program of [...KUBERNETES, 'etcd']) {
      const flags = commands.find(command => command.program === program)?.flags ?? []
      expect(flags, program).to.have.length.greaterThan(1)
    }
    const kinds = bundles.flatMap(configurationsOf).map(object => (object as Manifest).kind)
    expect(new Set(kinds)).to.include.all.keys(
      'KubeletConfiguration',
      'KubeProxyConfiguration',
      'AdmissionConfiguration',
      'AuthenticationConfiguration',
      'Policy',
    )
  })
})

describe('a word that a release does not know', () => {
  it('is an error: a flag that never was, one that is gone, one that is to come', () => {
    expect(facts.unknownFlags('kubelet', 36, ['config', 'no-such-flag'])).to.deep.equal(['no-such-flag'])
    expect(facts.unknownFlags('kubelet', 26, ['container-runtime'])).to.deep.equal([])
    expect(facts.unknownFlags('kubelet', 27, ['container-runtime'])).to.deep.equal(['container-runtime'])
    expect(facts.unknownFlags('kube-apiserver', 28, ['authentication-config'])).to.deep.equal([])
    expect(facts.unknownFlags('kube-apiserver', 27, ['authentication-config'])).to.deep.equal(['authentication-config'])
    expect(facts.unknownFlags('kube-scheduler', 36, ['service-cluster-ip-range'])).to.have.length(1)
    // Of the library that the control plane's programs share; the kubelet and kube-proxy leave them out.
    const metrics = ['allow-metric-labels', 'disabled-metrics']
    expect(facts.unknownFlags('kube-scheduler', 36, metrics)).to.deep.equal([])
    expect(facts.unknownFlags('kubelet', 36, metrics)).to.deep.equal(metrics)
    expect(facts.unknownFlags('kube-proxy', 36, metrics)).to.deep.equal(metrics)
    expect(facts.unknownEtcdFlags('3.5.33', ['enable-v2', 'tls-min-version'])).to.deep.equal([])
    expect(facts.unknownEtcdFlags('3.6.14', ['enable-v2'])).to.deep.equal(['enable-v2'])
    expect(facts.unknownEtcdFlags('3.5.7', ['tls-min-version'])).to.deep.equal(['tls-min-version'])
  })

  it('is an error: a field at any depth, one within an admission plugin, a kind, a version of one', () => {
    const kubelet = {apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration'}
    expect(facts.unknownFields(30, {...kubelet, failCgroupV1: false})).to.deep.equal([
      'KubeletConfiguration.failCgroupV1',
    ])
    expect(facts.unknownFields(31, {...kubelet, failCgroupV1: false})).to.deep.equal([])
    expect(facts.unknownFields(36, {...kubelet, authentication: {x509: {caFile: '/ca'}}})).to.deep.equal([
      'KubeletConfiguration.authentication.x509.caFile',
    ])
    const admission = (configuration: object): object => ({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [{name: 'PodSecurity', configuration}],
    })
    const podSecurity = {apiVersion: 'pod-security.admission.config.k8s.io/v1', kind: 'PodSecurityConfiguration'}
    expect(facts.unknownFields(25, admission({...podSecurity, defaults: {enforced: 'baseline'}}))).to.deep.equal([
      'PodSecurityConfiguration.defaults.enforced',
    ])
    expect(facts.unknownFields(24, admission(podSecurity))).to.have.length(1)
    const budget = {apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: {name: 'x'}}
    expect(facts.unknownFields(24, budget)).to.deep.equal([])
    expect(facts.unknownFields(25, budget)).to.deep.equal(['policy/v1beta1 PodDisruptionBudget'])
    const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'x'}, spec: {containers: [{name: 'c', port: 80}]}}
    expect(facts.unknownFields(36, pod)).to.deep.equal(['Pod.spec.containers[0].port'])
    expect(facts.unknownFields(36, {...pod, spec: {containers: {}}})).to.have.length(1)
  })

  it("is an error: a key of containerd's", () => {
    const key = (name: string): string[][] => [['io.containerd.cri.v1.runtime', 'cni', name]]
    expect(facts.unknownContainerdKeys('2.3.4', key('bin_dirs'))).to.deep.equal([])
    expect(facts.unknownContainerdKeys('2.0.11', key('bin_dirs'))).to.have.length(1)
    expect(facts.unknownContainerdKeys('1.7.34', key('bin_dir'))).to.have.length(1)
  })

  it('is found in what is rendered: the files of one release, taken for those of another', () => {
    const of = (minor: string, taken: number): string[] => unknownIn(taken, sampleCluster(minor))
    expect(of('1.20', 28)).to.include.members(['kubelet --network-plugin', 'kubelet --container-runtime'])
    expect(of('1.20', 36)).to.include('kube-scheduler --port')
    expect(of('1.36', 28)).to.include('KubeletConfiguration.failCgroupV1')
    expect(of('1.36', 33)).to.include('apiserver.config.k8s.io/v1 AuthenticationConfiguration')
  })
})
