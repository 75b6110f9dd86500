import type {Artifact, ArtifactSet} from '../../src/artifacts/artifact.js'
import {
  controllersOf,
  placed,
  workersOf,
  type PlacedNode,
  type PlacedSpec,
  type PlacedWorker,
} from '../../src/cluster/addressing.js'
import {clusterSpec, hasLoadBalancer} from '../../src/cluster/spec.js'
import {componentVersions} from '../../src/kubernetes/component-versions.js'
import {LEAF_LIFE} from '../../src/pki/lifetime.js'
import type {NodeBundle} from '../../src/templates/bundle.js'
import {controllerBundle} from '../../src/templates/controller-bundle.js'
import type {ControllerSecrets, PemPair, WorkerSecrets} from '../../src/templates/secrets.js'
import {workerBundle} from '../../src/templates/worker-bundle.js'

/** A 3+3 cluster of one release with its components, as the tests render it. Secrets are placeholders. */
export interface SampleCluster {
  readonly spec: PlacedSpec
  readonly artifacts: ArtifactSet
  readonly controllers: readonly PlacedNode[]
  readonly workers: readonly PlacedWorker[]
}

interface Components {
  readonly kubernetes: string
  readonly etcd: string
  readonly containerd: string
}

/** The releases that are rendered in full, each with the etcd and containerd that go with it; 1.20 as Debian has it. */
export const SAMPLES: Readonly<Record<string, Components>> = {
  '1.20': {kubernetes: '1.20.2', etcd: '3.4.23', containerd: '1.6.20'},
  '1.28': componentVersions('1.28.15'),
  '1.32': componentVersions('1.32.13'),
  '1.34': componentVersions('1.34.8'),
  '1.35': componentVersions('1.35.5'),
  '1.36': componentVersions('1.36.2'),
  '1.37': componentVersions('1.37.1'),
}

/** How workers come by images: as archives, or from the region's registry; by default each from its own registry. */
type Images = 'archives' | 'region'

/** Of samples whose images do not come by default: what is from Debian is in the local region, archives are a mirror's on AWS. */
const IMAGES: Readonly<Record<string, Images>> = {'1.20': 'region', '1.28': 'archives'}

/** Any supported minor; the first release of one that is not among the samples. */
export function sampleCluster(
  minor: string,
  changes: {controllers?: number; workers?: number; images?: Images; securityProfile?: 'cis'} = {},
): SampleCluster {
  const components = SAMPLES[minor] ?? componentVersions(`${minor}.0`)
  const whole = clusterSpec({
    name: 'sample',
    provider: 'aws',
    region: 'eu-central-1',
    controllers: changes.controllers ?? 3,
    workers: changes.workers ?? 3,
    kubernetesVersion: components.kubernetes,
    artifactSource: 'upstream',
    architecture: 'amd64',
    controllerType: 't3.small',
    workerType: 't3.small',
    volumeSize: 20,
    ...(changes.securityProfile === undefined ? {} : {securityProfile: changes.securityProfile}),
  })
  const spec = placed(whole, {})
  return {
    spec,
    artifacts: artifactSet(components, changes.images ?? IMAGES[minor]),
    controllers: controllersOf(spec),
    workers: workersOf(spec),
  }
}

export function bundleOf(cluster: SampleCluster, name: string): NodeBundle {
  const {spec, artifacts, controllers, workers} = cluster
  const expiresAt = '2026-11-24T16:00:00.000Z'
  const controller = controllers.find(node => node.name === name)
  if (controller)
    return controllerBundle({
      spec,
      artifacts,
      node: controller,
      etcdState: 'new',
      secrets: {...controllerSecrets(name), ...(hasLoadBalancer(spec) ? {healthClient: pair('health')} : {})},
      expiresAt,
      leafLife: LEAF_LIFE,
    })
  const worker = workers.find(node => node.name === name)
  if (worker) return workerBundle({spec, artifacts, node: worker, secrets: workerSecrets(name), expiresAt})
  throw new RangeError(`no node ${name}`)
}

/** Content of one file of a node; fails the test if the bundle has no such file. */
export function fileOf(bundle: NodeBundle, path: string): string {
  const file = bundle.files.find(each => each.path === path)
  if (!file) throw new RangeError(`no ${path} among ${bundle.files.map(each => each.path).join(' ')}`)
  return file.content
}

function artifactSet(components: Components, imagesFrom: Images | undefined): ArtifactSet {
  const bin = '/usr/local/bin'
  const binary = (name: string, role: 'controller' | 'worker'): Artifact =>
    artifact(name, role, {kind: 'binary', path: `${bin}/${name}`})
  return {
    source: 'upstream',
    architecture: 'amd64',
    versions: {
      kubernetes: components.kubernetes,
      etcd: components.etcd,
      containerd: components.containerd,
      runc: '1.3.6',
      cni: '1.9.1',
    },
    artifacts: [
      ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(name => binary(name, 'controller')),
      artifact('etcd', 'controller', {
        kind: 'tar.gz',
        members: {'etcd/etcd': `${bin}/etcd`, 'etcd/etcdctl': `${bin}/etcdctl`},
      }),
      ...['kubelet', 'kube-proxy', 'runc'].map(name => binary(name, 'worker')),
      artifact('containerd', 'worker', {
        kind: 'tar.gz',
        members: {'bin/containerd': `${bin}/containerd`, 'bin/ctr': `${bin}/ctr`},
      }),
      artifact('cni-plugins', 'worker', {kind: 'tar.gz', members: {'./bridge': '/opt/cni/bin/bridge'}}),
      ...(imagesFrom === 'archives'
        ? [artifact('image-busybox', 'worker', {kind: 'image', path: '/var/lib/khw/images/busybox.tar'})]
        : []),
    ],
    images: {pause: 'registry.k8s.io/pause:3.10', check: 'docker.io/library/busybox:1.36'},
    ...(imagesFrom === 'region' && {imageRegistry: {url: 'http://169.254.169.252/v2/0123456789abcdef', images: []}}),
    notices: [],
  }
}

function artifact(name: string, role: 'controller' | 'worker', install: Artifact['install']): Artifact {
  const digit = String(name.length % 10)
  const url = `https://files.example/${name}`
  return {name, version: '1', origin: url, url, sha256: digit.repeat(64), install, roles: [role]}
}

function pair(name: string): PemPair {
  return {certificate: `<certificate ${name}>\n`, privateKey: `<key ${name}>\n`}
}

function controllerSecrets(node: string): ControllerSecrets {
  return {
    ca: pair('ca'),
    etcdCa: '<certificate etcd-ca>\n',
    frontProxyCa: '<certificate front-proxy-ca>\n',
    serviceAccount: {publicKeys: '<public key service-account>\n', privateKey: '<key service-account>\n'},
    apiserver: pair('apiserver'),
    apiserverKubeletClient: pair('apiserver-kubelet-client'),
    apiserverEtcdClient: pair('apiserver-etcd-client'),
    frontProxyClient: pair('front-proxy-client'),
    etcdServer: pair(`etcd-server ${node}`),
    etcdPeer: pair(`etcd-peer ${node}`),
    etcdHealthcheckClient: pair('etcd-healthcheck-client'),
    encryptionConfig: '<encryption configuration>\n',
    kubeconfigs: {
      controllerManager: '<kubeconfig kube-controller-manager>\n',
      scheduler: '<kubeconfig kube-scheduler>\n',
      admin: '<kubeconfig admin>\n',
    },
  }
}

function workerSecrets(node: string): WorkerSecrets {
  return {
    ca: '<certificate ca>\n',
    kubeletServer: pair(`kubelet-server ${node}`),
    kubeletClient: pair(`kubelet-client ${node}`),
    haproxyClient: pair('haproxy'),
    kubeconfigs: {kubelet: `<kubeconfig ${node}>\n`, proxy: '<kubeconfig kube-proxy>\n'},
  }
}
