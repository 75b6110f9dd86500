import type {Home} from '../../cluster/home.js'
import {existsSync} from 'node:fs'
import {regionNames} from '../host/names.js'
import {checkHost, type HostProblem} from '../host/requirements.js'
import {findImage} from '../images/build.js'
import {readRecords} from '../machines/record.js'
import {isRunning} from '../../process-identity.js'
import {findRegion} from './client.js'
import {hostArchitecture} from '../host/architecture.js'
import {loadBalancerStatus, unknownNames, type LoadBalancerStatus} from './load-balancer-status.js'
import {regionFiles} from './region-files.js'

/** What `khw local status` tells. */
export interface RegionStatus {
  readonly running: boolean
  readonly endpoint: string | null
  readonly pid: number | null
  /** Carried by everything that the region has on this host. */
  readonly prefix: string | null
  readonly directory: string
  /** Directory of the machine image; null until it is made. */
  readonly image: string | null
  readonly machines: readonly {readonly instanceId: string; readonly running: boolean}[]
  /** Not seen without root. */
  readonly loadBalancers: readonly LoadBalancerStatus[]
  /** What this host lacks. */
  readonly problems: readonly HostProblem[]
}

/** Ids of the machines that run, whether the daemon does or not. Without root, none is seen. */
export async function runningMachines(home: Pick<Home, 'region'>): Promise<readonly string[]> {
  const records = await readRecords(regionFiles(home.region).machines)
  return records.flatMap(({instanceId, supervisor}) => (supervisor && isRunning(supervisor) ? [instanceId] : []))
}

/** Looks and changes nothing. Without root, machines are not seen. */
export async function regionStatus(home: Home): Promise<RegionStatus> {
  const files = regionFiles(home.region)
  const architecture = hostArchitecture()
  const announcement = await findRegion(home)
  const records = await readRecords(files.machines)
  const running = await runningMachines(home)
  const loadBalancers = await loadBalancerStatus(files)
  return {
    running: announcement !== undefined,
    endpoint: announcement?.endpoint ?? null,
    pid: announcement?.process.pid ?? null,
    prefix: existsSync(files.directory) ? regionNames(files.directory).prefix : null,
    directory: files.directory,
    image: (architecture && findImage(home.cache, architecture)?.directory) ?? null,
    machines: records.map(({instanceId}) => ({instanceId, running: running.includes(instanceId)})),
    loadBalancers,
    problems: [...(await checkHost(home)), ...unknownNames(loadBalancers)],
  }
}
