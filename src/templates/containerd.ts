import {posix} from 'node:path'
import type {ArtifactSet} from '../artifacts/artifact.js'
import {containerdReleaseOf, type ContainerdRelease} from '../kubernetes/releases.js'
import {imageArchives, installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {commandLine, systemdUnit, type UnitTemplate} from './systemd-unit.js'

/**
 * containerd's configuration (docs/cri/config.md). Version 3 has one plugin for images and one for running them where
 * version 2 has a single one; the settings are the same:
 *
 * - the sandbox image the artifacts name, so that nodes without a registry start pods;
 * - cgroups by systemd, as the kubelet is told too;
 * - no lowering of OOM scores below containerd's own: without CAP_SYS_RESOURCE runc fails at it, with it nothing is lost;
 * - the CNI plugins where the artifacts put them;
 * - which hosts to ask for images, in files of their own, where the artifacts say that there is one.
 */
export function containerdConfig(artifacts: ArtifactSet): string {
  const release = containerdReleaseOf(artifacts.versions.containerd)
  const cniBin = posix.dirname(installedPath(artifacts, 'bridge', 'worker'))
  const runc = installedPath(artifacts, 'runc', 'worker')
  const pause = nameOf(artifacts.images.pause)
  const cni = [`${release.cniBinKey} = ${cniBinValue(release, cniBin)}`, `conf_dir = "${PATHS.cniConfDir}"`]
  const hosts = artifacts.imageRegistry === undefined ? [] : [`config_path = "${PATHS.registryHosts}"`]
  const {configVersion} = release
  return configVersion === 2 ? versionTwo(pause, runc, cni, hosts) : versionThree(pause, runc, cni, hosts)
}

/**
 * The region's registry before that which an image names (docs/hosts.md): what it lacks is asked of that one. Its URL is
 * whole: no `/v2` is to be added (`override_path`). The file is read anew for each pull. Undefined where there is none.
 */
export function registryHosts({imageRegistry}: ArtifactSet): string | undefined {
  if (imageRegistry === undefined) return undefined
  return `# Who is asked for images first, whichever registry they name.
[host."${imageRegistry.url}"]
  capabilities = ["pull", "resolve"]
  override_path = true
`
}

/** containerd compares it with its own names of images, which have no tag where there is a digest: else it is not kept. */
function nameOf(reference: string): string {
  return reference.replace(/:[^:/@]+@/, '@')
}

function cniBinValue({cniBinKey}: ContainerdRelease, directory: string): string {
  return cniBinKey === 'bin_dirs' ? `["${directory}"]` : `"${directory}"`
}

type Lines = readonly string[]

function versionTwo(pause: string, runc: string, cni: Lines, hosts: Lines): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`
  return toml('version = 2', [
    [cri, [`sandbox_image = "${pause}"`, 'restrict_oom_score_adj = true']],
    [`${cri}.containerd`, ['snapshotter = "overlayfs"', 'default_runtime_name = "runc"']],
    ...runcTables(`${cri}.containerd`, runc),
    [`${cri}.cni`, cni],
    ...(hosts.length === 0 ? [] : [[`${cri}.registry`, hosts] as const]),
  ])
}

function versionThree(pause: string, runc: string, cni: Lines, hosts: Lines): string {
  const images = `plugins."io.containerd.cri.v1.images"`
  const runtime = `plugins."io.containerd.cri.v1.runtime"`
  return toml('version = 3', [
    [images, ['snapshotter = "overlayfs"']],
    [`${images}.pinned_images`, [`sandbox = "${pause}"`]],
    ...(hosts.length === 0 ? [] : [[`${images}.registry`, hosts] as const]),
    [runtime, ['restrict_oom_score_adj = true']],
    [`${runtime}.containerd`, ['default_runtime_name = "runc"']],
    ...runcTables(`${runtime}.containerd`, runc),
    [`${runtime}.cni`, cni],
  ])
}

type Table = readonly [name: string, lines: Lines]

function runcTables(containerd: string, runc: string): Table[] {
  return [
    [`${containerd}.runtimes.runc`, ['runtime_type = "io.containerd.runc.v2"']],
    [`${containerd}.runtimes.runc.options`, [`BinaryName = "${runc}"`, 'SystemdCgroup = true']],
  ]
}

function toml(version: string, tables: readonly Table[]): string {
  const texts = tables.map(([name, lines]) => `[${name}]\n${lines.map(line => `  ${line}\n`).join('')}`)
  return [`# containerd's configuration.\n${version}\n`, ...texts].join('\n')
}

/**
 * containerd, as its own unit file suggests: containers are children of their shims and outlive it. It is kept from nothing:
 * what it may not, no container may.
 */
export function containerdUnit(
  artifacts: ArtifactSet,
  environment: Readonly<Record<string, string>> = {},
): UnitTemplate {
  const variables = Object.entries(environment).map(([name, value]) => `"${name}=${value.replace(/%/g, '%%')}"`)
  return systemdUnit({
    name: 'containerd.service',
    unit: {
      Description: 'containerd container runtime',
      Documentation: 'https://containerd.io',
      After: 'network.target',
    },
    service: {
      Type: 'notify',
      // It pulls images.
      ...(variables.length === 0 ? {} : {Environment: variables}),
      // Built in, loaded already, or there is nothing to load it from: containerd says so itself if it cannot use it.
      ExecStartPre: '-/sbin/modprobe overlay',
      ExecStart: commandLine(installedPath(artifacts, 'containerd', 'worker'), {config: PATHS.containerdConfig}),
      Restart: 'always',
      RestartSec: '1s',
      Delegate: 'yes',
      KillMode: 'process',
      OOMScoreAdjust: '-999',
      LimitNOFILE: '1048576',
      LimitNPROC: 'infinity',
      LimitCORE: 'infinity',
      TasksMax: 'infinity',
    },
    inputs: [PATHS.containerdConfig],
    startNow: true,
  })
}

/** Hands the images that came as archives to containerd, once at each boot; undefined where there are none. */
export function imagesUnit(artifacts: ArtifactSet): UnitTemplate | undefined {
  const archives = imageArchives(artifacts, 'worker')
  if (archives.length === 0) return undefined
  const ctr = `${installedPath(artifacts, 'ctr', 'worker')} --address ${PATHS.containerdSocket} --namespace k8s.io`
  return systemdUnit({
    name: 'khw-images.service',
    unit: {
      Description: 'Container images that came with the artifacts',
      Requires: 'containerd.service',
      After: 'containerd.service',
    },
    service: {
      Type: 'oneshot',
      RemainAfterExit: 'yes',
      ExecStart: archives.map(archive => `${ctr} images import ${archive}`),
      Restart: 'on-failure',
      RestartSec: '2s',
      ...SANDBOX,
    },
    inputs: archives,
    startNow: true,
  })
}
