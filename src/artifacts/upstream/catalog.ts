import type {Architecture} from '../../cluster/spec.js'
import type {ComponentVersions} from '../../kubernetes/component-versions.js'
import type {Artifact} from '../artifact.js'

/** One file as its project publishes it, with where its checksum is published. */
export interface UpstreamFile extends Pick<Artifact, 'name' | 'version' | 'install' | 'roles'> {
  readonly url: string
  /** A file that holds this file's SHA-256: alone, or in a line with its name. */
  readonly checksumUrl: string
  /** Nodes work without it: left out where it was not published or mirrored. */
  readonly optional: boolean
}

/** Version directories of a component: what a mirror can be asked for. `prefix` + version + `/` are the URLs of `name`. */
export interface ComponentLocation {
  readonly component: 'kubernetes' | 'etcd' | 'containerd' | 'runc' | 'cni' | 'crictl'
  readonly prefix: string
}

const KUBERNETES = 'https://dl.k8s.io/release'
const ETCD = 'https://github.com/etcd-io/etcd/releases/download'
const CONTAINERD = 'https://github.com/containerd/containerd/releases/download'
const RUNC = 'https://github.com/opencontainers/runc/releases/download'
const CNI = 'https://github.com/containernetworking/plugins/releases/download'
const CRICTL = 'https://github.com/kubernetes-sigs/cri-tools/releases/download'

export const COMPONENT_LOCATIONS: readonly ComponentLocation[] = [
  {component: 'kubernetes', prefix: `${KUBERNETES}/v`},
  {component: 'etcd', prefix: `${ETCD}/v`},
  {component: 'containerd', prefix: `${CONTAINERD}/v`},
  {component: 'runc', prefix: `${RUNC}/v`},
  {component: 'cni', prefix: `${CNI}/v`},
  {component: 'crictl', prefix: `${CRICTL}/v`},
]

const BIN = '/usr/local/bin'
const CNI_PLUGINS = ['bridge', 'host-local', 'loopback', 'portmap']

/** The text at it is the newest patch version of a minor: `v1.36.2`. */
export function stableUrl(minor: string): string {
  return `${KUBERNETES}/stable-${minor}.txt`
}

/** Every file the nodes of a cluster need, as the projects release them (their release pages and download docs). */
export function upstreamFiles(versions: ComponentVersions, architecture: Architecture): readonly UpstreamFile[] {
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'].map(name =>
      kubernetesBinary(name, versions, architecture, 'controller'),
    ),
    ...['kubelet', 'kube-proxy'].map(name => kubernetesBinary(name, versions, architecture, 'worker')),
    etcd(versions.etcd, architecture),
    containerd(versions.containerd, architecture),
    runc(versions.runc, architecture),
    cniPlugins(versions.cni, architecture),
    crictl(versions.crictl, architecture),
  ]
}

function kubernetesBinary(
  name: string,
  {kubernetes}: ComponentVersions,
  architecture: Architecture,
  role: 'controller' | 'worker',
): UpstreamFile {
  const url = `${KUBERNETES}/v${kubernetes}/bin/linux/${architecture}/${name}`
  return {
    name,
    version: kubernetes,
    url,
    checksumUrl: `${url}.sha256`,
    install: {kind: 'binary', path: `${BIN}/${name}`},
    roles: [role],
    optional: false,
  }
}

function etcd(version: string, architecture: Architecture): UpstreamFile {
  const top = `etcd-v${version}-linux-${architecture}`
  return {
    name: 'etcd',
    version,
    url: `${ETCD}/v${version}/${top}.tar.gz`,
    checksumUrl: `${ETCD}/v${version}/SHA256SUMS`,
    install: {kind: 'tar.gz', members: {[`${top}/etcd`]: `${BIN}/etcd`, [`${top}/etcdctl`]: `${BIN}/etcdctl`}},
    roles: ['controller'],
    optional: false,
  }
}

function containerd(version: string, architecture: Architecture): UpstreamFile {
  const url = `${CONTAINERD}/v${version}/containerd-${version}-linux-${architecture}.tar.gz`
  const names = ['containerd', 'containerd-shim-runc-v2', 'ctr']
  return {
    name: 'containerd',
    version,
    url,
    checksumUrl: `${url}.sha256sum`,
    install: {kind: 'tar.gz', members: Object.fromEntries(names.map(name => [`bin/${name}`, `${BIN}/${name}`]))},
    roles: ['worker'],
    optional: false,
  }
}

function runc(version: string, architecture: Architecture): UpstreamFile {
  return {
    name: 'runc',
    version,
    url: `${RUNC}/v${version}/runc.${architecture}`,
    checksumUrl: `${RUNC}/v${version}/runc.sha256sum`,
    install: {kind: 'binary', path: `${BIN}/runc`},
    roles: ['worker'],
    optional: false,
  }
}

function cniPlugins(version: string, architecture: Architecture): UpstreamFile {
  const url = `${CNI}/v${version}/cni-plugins-linux-${architecture}-v${version}.tgz`
  return {
    name: 'cni-plugins',
    version,
    url,
    checksumUrl: `${url}.sha256`,
    // The members' names begin with `./` in these archives.
    install: {
      kind: 'tar.gz',
      members: Object.fromEntries(CNI_PLUGINS.map(name => [`./${name}`, `/opt/cni/bin/${name}`])),
    },
    roles: ['worker'],
    optional: false,
  }
}

function crictl(version: string, architecture: Architecture): UpstreamFile {
  const url = `${CRICTL}/v${version}/crictl-v${version}-linux-${architecture}.tar.gz`
  return {
    name: 'crictl',
    version,
    url,
    checksumUrl: `${url}.sha256`,
    install: {kind: 'tar.gz', members: {crictl: `${BIN}/crictl`}},
    roles: ['worker'],
    optional: true,
  }
}
