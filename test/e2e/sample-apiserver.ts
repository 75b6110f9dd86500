import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {runCommand} from '../../src/artifacts/command.js'
import {openApt} from '../../src/artifacts/debian/apt.js'
import {
  BUILD_RECIPE,
  COMPILER_FLAGS,
  DEBIAN_KUBERNETES_VERSION,
  isBuilt,
} from '../../src/artifacts/debian/kubernetes-build.js'
import {KUBERNETES_PACKAGE, prepareSource} from '../../src/artifacts/debian/kubernetes-source.js'
import {TOOLCHAIN_PACKAGES} from '../../src/artifacts/debian/packages.js'
import {replaceDirectory, type Store} from '../../src/artifacts/debian/unpack.js'
import {withLock} from '../../src/artifacts/files/lock.js'
import {RETRY_DELAYS, type Network} from '../../src/artifacts/net/network.js'
import {homeOf} from '../../src/cluster/home.js'
import {hostArchitecture} from '../../src/local/host/architecture.js'
import {proxyFromEnvironment} from '../../src/proxy.js'

/** To be raised when the same source would give another program. */
const RECIPE = 1

const CACHE = homeOf().cache
/** Programs are built for this machine: its local region is of the same kind. */
export const ARCHITECTURE = hostArchitecture() ?? 'amd64'
const NAME = 'sample-apiserver'
const DIRECTORY = join(CACHE, 'artifacts', 'debian', 'tests', `${NAME}-${DEBIAN_KUBERNETES_VERSION}-${RECIPE}`)

/** Kubernetes' own example of an aggregated API server, statically linked, as `buildSampleApiserver` has made it. */
export const SAMPLE_APISERVER = join(DIRECTORY, NAME)

/**
 * Builds it from the source package that Kubernetes itself is built from, unless it is there. It is built in the directory
 * of that build and with its flags: where this comes first, what it leaves there is not unpacked and compiled again.
 */
export async function buildSampleApiserver(): Promise<void> {
  if (await isBuilt(DIRECTORY)) return
  const network: Network = {
    proxy: proxyFromEnvironment(),
    signal: new AbortController().signal,
    retryDelays: RETRY_DELAYS,
  }
  const work = join(CACHE, 'build', `debian-${ARCHITECTURE}`)
  const lock = join(CACHE, 'artifacts', `debian-${ARCHITECTURE}.lock`)
  await withLock(lock, {signal: network.signal, onWait: () => undefined}, async () => {
    const apt = await openApt(join(work, 'apt'), ARCHITECTURE, network)
    const store: Store = {directory: join(work, 'downloads'), network: apt.network, onProgress: () => undefined}
    const [toolchain, source] = await Promise.all([apt.packages(TOOLCHAIN_PACKAGES), apt.source('kubernetes')])
    const {go, directory: cwd, env} = await prepareSource(join(work, 'kubernetes'), {source, toolchain}, store)
    await replaceDirectory(DIRECTORY, async directory => {
      const target = `${KUBERNETES_PACKAGE}/vendor/k8s.io/${NAME}`
      const args = ['build', ...COMPILER_FLAGS, '-ldflags', '-s -w', '-o', `${directory}/`, target]
      await runCommand(go, args, {cwd, env, signal: network.signal})
    })
    // Where Kubernetes has been built before, nobody needs what this has left.
    const debian = join(CACHE, 'artifacts', 'debian', ARCHITECTURE)
    if (await isBuilt(join(debian, `kubernetes-${DEBIAN_KUBERNETES_VERSION}-${BUILD_RECIPE}`)))
      await rm(work, {recursive: true, force: true})
  })
}
