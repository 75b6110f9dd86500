import {mkdir} from 'node:fs/promises'
import type {Server} from 'node:http'
import {publicAddressesOf, operatorCidrOf} from '../vpc/public-range.js'
import {createVpcFabric} from '../vpc/vpc-fabric.js'
import {reconcile} from '../api/reconcile.js'
import {createApiServer} from '../api/server.js'
import type {Fabric} from '../fabric.js'
import {lockFile} from '../host/file-lock.js'
import {removeTree} from '../host/mounts.js'
import {regionNames} from '../host/names.js'
import {LOCAL_REGION} from '../../cluster/provider.js'
import {identify} from '../../process-identity.js'
import type {BootImage} from '../images/build.js'
import {cgroupHost} from '../machines/cgroups.js'
import {createMachines} from '../machines/machines.js'
import {emptyRegion} from '../state-file.js'
import {RegionStore} from '../store.js'
import {announce, withdraw} from './announcement.js'
import {ensureCredentials} from './credentials.js'
import {IdleClock} from './idle.js'
import {machineImage} from './machine-image.js'
import {regionFiles, ZONES} from './region-files.js'
import {ensurePublicRange} from './settings.js'
import {WatchedFaults} from './watched-faults.js'

export interface DaemonOptions {
  /** The region's state directory. */
  readonly directory: string
  /** What instances see at the cache server's URL. */
  readonly cacheDirectory: string
  readonly image: BootImage
  readonly log: (text: string) => void
  /** Calls back when somebody has no more need of the region; an empty one then ends at once. */
  readonly onRelease: (listener: () => void) => void
  /** Ends the daemon; machines go on. */
  readonly signal: AbortSignal
}

/** A used region lingers long enough for the caller that emptied it to ask once more. */
const IDLE = {afterUse: 5_000, unused: 30_000}
const IDLE_INTERVAL = 250
/** Faults that need no call to begin do so within this, and what machines change of the kernel is noted. */
const WATCH_INTERVAL = 1_000

/**
 * Runs the region until it is no longer needed or told to end. False if another process runs it already. Machines and
 * networks outlive the daemon; the next one takes them over.
 */
export async function runDaemon(options: DaemonOptions): Promise<boolean> {
  const {directory, log, signal} = options
  await mkdir(directory, {recursive: true, mode: 0o700})
  const files = regionFiles(directory)
  const lock = await lockFile(files.lock, {wait: false})
  if (!lock) return false
  const names = regionNames(directory)
  const cgroups = cgroupHost()
  if (!cgroups) throw new Error('there are no control groups at /sys/fs/cgroup')
  const credentials = await ensureCredentials(files)
  const publicRange = await ensurePublicRange(files, names)
  const store = await RegionStore.open(files.state, () => emptyRegion({region: LOCAL_REGION, zones: ZONES}))
  const networks = createVpcFabric({names, directory, cacheDirectory: options.cacheDirectory, publicRange})
  const machines = createMachines({names, directory: files.machines, image: options.image.directory, cgroups})
  const fabric: Fabric = {
    ...machines,
    syncVpc: (state, vpcId) => networks.syncVpc(state, vpcId),
    targetHealth: (...named) => networks.targetHealth(...named),
  }
  const onError = (error: unknown): void => {
    log(describe(error))
  }

  const adopted = await machines.running()
  for (const problem of await reconcile(store, fabric, new Set(adopted))) onError(problem)
  const image = await machineImage(options.image)
  const addresses = publicAddressesOf(publicRange)
  const faults = new WatchedFaults(files.faults, onError)
  const server = createApiServer({store, fabric, credentials, image, publicRange: addresses, faults, onError})
  const clock = new IdleClock(IDLE, Date.now())
  server.on('request', () => {
    clock.called(Date.now())
  })
  options.onRelease(() => {
    clock.released()
  })
  const watch = setInterval(() => {
    faults.current()
    machines.noteSettings().catch(onError)
  }, WATCH_INTERVAL)
  const endpoint = await listen(server)
  const self = identify(process.pid)
  if (!self) throw new Error('this process is not in /proc')
  const operatorCidr = operatorCidrOf(publicRange)
  const {imageId} = image
  await announce(files, {
    process: self,
    endpoint,
    region: LOCAL_REGION,
    imageId,
    operatorCidr,
    cacheDirectory: options.cacheDirectory,
  })
  log(`${LOCAL_REGION} listens on ${endpoint}; ${adopted.length} machines run`)

  const why = await ending(signal, () => clock.isOver(store.state, Date.now()))
  log(`ending: ${why}`)
  clearInterval(watch)
  await withdraw(files)
  server.close()
  server.closeAllConnections()
  machines.close()
  if (why === 'idle') await networks.removeAll()
  await networks.close()
  // An empty region leaves nothing behind, not even a file; the next one starts afresh.
  if (why === 'idle') await removeTree(directory)
  await lock.release()
  return true
}

/** Resolves when the daemon has to end. */
function ending(signal: AbortSignal, isIdle: () => boolean): Promise<'idle' | 'told to'> {
  return new Promise(resolve => {
    const timer = setInterval(() => {
      if (isIdle()) finish('idle')
    }, IDLE_INTERVAL)
    const finish = (why: 'idle' | 'told to'): void => {
      clearInterval(timer)
      resolve(why)
    }
    if (signal.aborted) finish('told to')
    signal.addEventListener('abort', () => {
      finish('told to')
    })
  })
}

/** On loopback only, at a port that is free. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the API has no address')
  return `http://127.0.0.1:${address.port}`
}

/** With its stack: this is for the log. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
