import {cp, mkdir, readdir, readFile, rm, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {KhwError} from '../../errors.js'
import {runCommand} from '../command.js'
import type {ArchiveFile} from './apt.js'
import {fetchArchiveFile, replaceDirectory, unpackPackages, unpackTarball, type Store} from './unpack.js'

/** A source tree that is ready to build, and the environment that builds it. */
export interface KubernetesSource {
  readonly directory: string
  /** The Go command. */
  readonly go: string
  readonly env: NodeJS.ProcessEnv
}

export const KUBERNETES_PACKAGE = 'k8s.io/kubernetes'

/** A third of the tree that no build reads. */
const UNUSED: readonly string[] = ['*_test.go', '*/testdata', 'kubernetes-*/CHANGELOG', 'kubernetes-*/test']

/** Module roots below staging/src/k8s.io whose types the API server describes in its OpenAPI document. */
const OPENAPI_ROOTS = [
  'api',
  'apiextensions-apiserver',
  'apimachinery',
  'apiserver',
  'client-go',
  'cloud-provider',
  'component-base',
  'controller-manager',
  'kube-aggregator',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'metrics',
]

/**
 * Unpacks the Go toolchain and Debian's Kubernetes source below `work` and mends what keeps it from building
 * (each step is repeated only if it was not finished before).
 */
export async function prepareSource(
  work: string,
  files: {readonly source: readonly ArchiveFile[]; readonly toolchain: readonly ArchiveFile[]},
  store: Store,
): Promise<KubernetesSource> {
  const tarball = files.source.find(file => file.fileName.endsWith('.orig.tar.gz'))
  if (!tarball) {
    throw new KhwError('ARTIFACT_MISSING', "Debian 12's source package kubernetes has no .orig.tar.gz any more.", [
      'Try --artifacts upstream, or --artifacts mirror --mirror DIR',
    ])
  }
  const toolchain = join(work, 'toolchain')
  const gopath = join(work, 'gopath')
  const directory = join(gopath, 'src', 'k8s.io', 'kubernetes')
  const [archive] = await Promise.all([
    fetchArchiveFile(tarball, store),
    exists(toolchain).then(done => (done ? undefined : unpackPackages(files.toolchain, toolchain, store))),
  ])
  if (!(await exists(directory))) {
    await replaceDirectory(directory, async partial => {
      await unpackTarball(archive, partial, UNUSED, store.network.signal)
      await mendReflection(partial, toolchain)
    })
  }
  const goroot = join(toolchain, 'usr', 'lib', 'go-1.19')
  const env = {
    PATH: process.env['PATH'],
    HOME: work,
    TMPDIR: await directoryAt(join(work, 'tmp')),
    GOROOT: goroot,
    GOPATH: gopath,
    GOCACHE: await directoryAt(join(work, 'gocache')),
    GOENV: 'off',
    GOFLAGS: '',
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    // The compiler is short-lived: collecting its garbage less often makes the build faster for some memory.
    GOGC: '300',
  }
  const source = {directory, go: join(goroot, 'bin', 'go'), env}
  await generateOpenapi(work, source, store.network.signal)
  return source
}

/**
 * The vendored modern-go/reflect2 1.0.1 reads map iterators in a way that Go 1.18 changed: what is built with it
 * crashes once the API server encodes certain objects. Debian packages 1.0.2, which does not.
 */
async function mendReflection(tree: string, toolchain: string): Promise<void> {
  const vendored = join(tree, 'vendor', 'github.com', 'modern-go', 'reflect2')
  await rm(vendored, {recursive: true, force: true})
  await cp(join(toolchain, 'usr', 'share', 'gocode', 'src', 'github.com', 'modern-go', 'reflect2'), vendored, {
    recursive: true,
    dereference: true,
  })
}

/** Debian's tarball lacks one generated file, pkg/generated/openapi/zz_generated.openapi.go: generates it. */
async function generateOpenapi(work: string, source: KubernetesSource, signal: AbortSignal): Promise<void> {
  const generator = join(work, 'openapi-gen')
  const run = (program: string, args: readonly string[]) =>
    runCommand(program, args, {cwd: source.directory, env: source.env, signal})
  const vendor = `${KUBERNETES_PACKAGE}/vendor/k8s.io`
  // With the flags of the build itself, so that what both compile is compiled once.
  await run(source.go, ['build', '-trimpath', '-o', generator, `${vendor}/kube-openapi/cmd/openapi-gen`])
  const packages = await openapiPackages(join(source.directory, 'staging', 'src', 'k8s.io'))
  await run(generator, [
    '--logtostderr',
    '--input-dirs',
    packages.map(name => `${vendor}/${name}`).join(','),
    '--output-package',
    `${KUBERNETES_PACKAGE}/pkg/generated/openapi`,
    '--output-file-base',
    'zz_generated.openapi',
    '--go-header-file',
    join('hack', 'boilerplate', 'boilerplate.generatego.txt'),
    '--report-filename',
    join(work, 'openapi-violations'),
  ])
}

/** Directories below `staging` with a Go file that asks for OpenAPI definitions: `api/core/v1`, sorted. */
async function openapiPackages(staging: string): Promise<string[]> {
  const found = new Set<string>()
  for (const root of OPENAPI_ROOTS) {
    const names = await readdir(join(staging, root), {recursive: true}).catch(() => [])
    for (const name of names) {
      if (!name.endsWith('.go') || /_examples|testdata|sample/.test(name)) continue
      const text = await readFile(join(staging, root, name), 'utf8')
      if (text.includes('+k8s:openapi-gen=')) found.add(dirname(join(root, name)))
    }
  }
  return [...found].sort()
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

async function directoryAt(path: string): Promise<string> {
  await mkdir(path, {recursive: true})
  return path
}
