import {processRuns, startDetached, stopDetached} from './detached-process.js'
import type {VpcFiles} from './vpc-files.js'

export function servicesRunning(files: VpcFiles, vpcId: string): boolean {
  return processRuns(files.processFile(vpcId))
}

/**
 * Starts the process that answers DNS, instance metadata and the cache in the VPC's namespace, unless it runs, and
 * resolves once it listens. It outlives this process. Its tables must be there and its addresses on the router's `lo`.
 */
export async function startServices(
  files: VpcFiles,
  vpcId: string,
  namespace: string,
  cacheDirectory: string,
): Promise<void> {
  await startDetached({
    what: `The name, metadata and file services of ${vpcId}`,
    program: 'services/main',
    args: [files.tables(vpcId), files.processFile(vpcId), files.forwarderSocket, cacheDirectory, files.directory],
    namespace,
    processFile: files.processFile(vpcId),
    log: files.log(vpcId),
  })
}

export async function stopServices(files: VpcFiles, vpcId: string): Promise<void> {
  await stopDetached(files.processFile(vpcId))
}
