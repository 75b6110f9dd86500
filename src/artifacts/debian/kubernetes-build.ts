import {mkdir, rm, stat} from 'node:fs/promises'
import {availableParallelism} from 'node:os'
import {KhwError, messageOf} from '../../errors.js'
import type {Role} from '../../cluster/addressing.js'
import {CommandError, runCommand} from '../command.js'
import {diskFull} from '../files/disk.js'
import type {ArchiveFile} from './apt.js'
import {KUBERNETES_PACKAGE, prepareSource, type KubernetesSource} from './kubernetes-source.js'
import {replaceDirectory, type Store} from './unpack.js'

/** The version Debian 12 packages as 1.20.5+really1.20.2. */
export const DEBIAN_KUBERNETES_VERSION = '1.20.2'

/** Commands that are built, and the nodes they are for. */
export const KUBERNETES_BINARIES: readonly (readonly [name: string, roles: readonly Role[]])[] = [
  ['kube-apiserver', ['controller']],
  ['kube-controller-manager', ['controller']],
  ['kube-scheduler', ['controller']],
  ['kubectl', ['controller']],
  ['kubelet', ['worker']],
  ['kube-proxy', ['worker']],
]

const ITEM = `Kubernetes ${DEBIAN_KUBERNETES_VERSION} from Debian's source`
/** The commit of the tag v1.20.2 and its date, as the release's own binaries report them. */
const RELEASE = {commit: 'faecb196815e248d3ecfb03c680a4507229c2a56', date: '2021-01-13T13:20:00Z'}
/** Cloud providers and dockershim are code khw's nodes never run: a third less to compile and to hold in memory. */
const TAGS = 'providerless,dockerless'
/** What is compiled with the same flags is compiled once for all programs. */
export const COMPILER_FLAGS: readonly string[] = ['-trimpath', '-tags', TAGS]
/** To be raised when the same source would give other binaries. */
export const BUILD_RECIPE = 1

/** Largest extent of the working directory, in bytes, with a margin. */
export const BUILD_BYTES = 3_500_000_000

/**
 * Builds Kubernetes into the directory `target`, which exists only when it is complete. `work` keeps everything an
 * interrupted build needs to continue, and is removed after success. Throws BUILD_FAILED, DISK_FULL or what
 * downloads throw.
 */
export async function buildKubernetes(
  target: string,
  work: string,
  files: {readonly source: readonly ArchiveFile[]; readonly toolchain: readonly ArchiveFile[]},
  store: Store,
): Promise<void> {
  if (await isBuilt(target)) return
  await mkdir(work, {recursive: true})
  store.onProgress({item: ITEM, activity: 'building', done: 0, unit: 'packages'})
  try {
    const source = await prepareSource(work, files, store)
    await replaceDirectory(target, directory => compile(source, directory, store))
  } catch (error) {
    throw buildProblem(error, work)
  }
  await rm(work, {recursive: true, force: true})
}

async function compile(source: KubernetesSource, directory: string, store: Store): Promise<void> {
  const targets = KUBERNETES_BINARIES.map(([name]) => `${KUBERNETES_PACKAGE}/cmd/${name}`)
  const options = {cwd: source.directory, env: source.env, signal: store.network.signal}
  const list = await runCommand(source.go, ['list', '-deps', '-tags', TAGS, ...targets], options)
  const packages = new Set(list.split('\n').filter(line => line !== ''))
  // `go build -v` names each package it compiles; those from an interrupted build are not compiled again.
  const seen = new Set<string>()
  const report = () => {
    store.onProgress({item: ITEM, activity: 'building', done: seen.size, total: packages.size, unit: 'packages'})
  }
  report()
  const parallel = String(availableParallelism())
  const args = ['build', '-v', ...COMPILER_FLAGS, '-p', parallel, '-ldflags', linkerFlags(), '-o', `${directory}/`]
  await runCommand(source.go, [...args, ...targets], {
    ...options,
    onLine(line) {
      if (!packages.has(line) || seen.has(line)) return
      seen.add(line)
      report()
    },
  })
  store.onProgress({item: ITEM, activity: 'building', done: packages.size, total: packages.size, unit: 'packages'})
}

/** Stripped, and with the version that `--version` and `/version` report. */
function linkerFlags(): string {
  const [major, minor] = DEBIAN_KUBERNETES_VERSION.split('.')
  const values = {
    gitVersion: `v${DEBIAN_KUBERNETES_VERSION}`,
    gitMajor: major ?? '',
    gitMinor: minor ?? '',
    gitCommit: RELEASE.commit,
    gitTreeState: 'archive',
    buildDate: RELEASE.date,
  }
  const variables = ['component-base/version', 'client-go/pkg/version'].flatMap(name =>
    Object.entries(values).map(([key, value]) => `-X ${KUBERNETES_PACKAGE}/vendor/k8s.io/${name}.${key}=${value}`),
  )
  return ['-s', '-w', ...variables].join(' ')
}

function buildProblem(error: unknown, work: string): unknown {
  if (!(error instanceof CommandError)) return error
  if (/no space left on device/i.test(error.said)) return diskFull(work, BUILD_BYTES, error)
  const killed = error.exitCode === null || /signal: killed/.test(error.said)
  return new KhwError(
    'BUILD_FAILED',
    killed
      ? `The build of ${ITEM} was killed, most likely for want of memory: ${messageOf(error)}`
      : `${ITEM} could not be built: ${messageOf(error)}`,
    [
      killed
        ? 'Free some memory (the build needs about 3 GB) and run the same command again'
        : 'Run the same command again',
      'The build continues where it stopped',
      `or, to start anew, remove ${work}`,
    ],
    {cause: error},
  )
}

/** Whether a build is complete: its directory exists only then. */
export async function isBuilt(target: string): Promise<boolean> {
  return (await stat(target).catch(() => undefined))?.isDirectory() ?? false
}
