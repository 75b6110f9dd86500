import type {Role} from '../../cluster/addressing.js'

/** A file of a Debian package that nodes get as a plain executable. */
export interface PackagedBinary {
  readonly name: string
  readonly package: 'etcd-server' | 'etcd-client' | 'containerd' | 'runc' | 'containernetworking-plugins'
  /** Path in the package. */
  readonly source: string
  /** Path on the node. */
  readonly path: string
  readonly roles: readonly Role[]
}

const CNI_PLUGINS = ['bridge', 'host-local', 'loopback', 'portmap']

/**
 * What Debian 12 packages beside Kubernetes. All of it links to the C library only, but for runc, which also wants
 * libseccomp2: systemd and apt depend on that, so every Debian system has it.
 */
export const PACKAGED_BINARIES: readonly PackagedBinary[] = [
  binary('etcd', 'etcd-server', '/usr/bin/etcd', 'controller'),
  binary('etcdctl', 'etcd-client', '/usr/bin/etcdctl', 'controller'),
  binary('containerd', 'containerd', '/usr/bin/containerd', 'worker'),
  binary('containerd-shim-runc-v2', 'containerd', '/usr/bin/containerd-shim-runc-v2', 'worker'),
  binary('ctr', 'containerd', '/usr/bin/ctr', 'worker'),
  binary('runc', 'runc', '/usr/sbin/runc', 'worker'),
  ...CNI_PLUGINS.map(name => ({
    name: `cni-${name}`,
    package: 'containernetworking-plugins' as const,
    source: `/usr/lib/cni/${name}`,
    path: `/opt/cni/bin/${name}`,
    roles: ['worker' as const],
  })),
]

/** Needed on this machine only: the compiler, what mends the source, and the image's content. */
export const TOOLCHAIN_PACKAGES: readonly string[] = [
  'golang-1.19-go',
  'golang-1.19-src',
  'golang-github-modern-go-reflect2-dev',
]
export const BUSYBOX_PACKAGE = 'busybox-static'

/** `3.4.23` of `etcd-server_3.4.23-4+b4_amd64.deb`, and Debian's whole version `3.4.23-4+b4`. */
export function versionsOf(fileName: string): {readonly upstream: string; readonly debian: string} {
  const debian = (fileName.split('_')[1] ?? '').replace(/^\d+:/, '')
  const upstream = debian.replace(/-[^-]*$/, '').replace(/[~+].*$/, '')
  return {upstream, debian}
}

function binary(name: string, from: PackagedBinary['package'], source: string, role: Role): PackagedBinary {
  return {name, package: from, source, path: `/usr/local/bin/${name}`, roles: [role]}
}
