import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {Architecture, ClusterSpec} from '../cluster/spec.js'
import {KhwError} from '../errors.js'
import {machineFindings} from './machine-findings.js'

/**
 * What all machines of the cluster will run, as the region says of their types. Throws INVALID_SPEC with all that is wrong
 * with the types and the zones that are asked for.
 */
export async function nodeArchitecture(
  access: RegionAccess,
  spec: ClusterSpec,
  signal: AbortSignal,
): Promise<Architecture> {
  const clients = awsClients(access, {signal})
  try {
    const {region, architecture: only} = access
    const {architecture, problems} = await machineFindings({ec2: clients.ec2, region, spec, only, signal})
    if (architecture !== undefined && problems.length === 0) return architecture
    const [first, ...rest] = problems.map(problem => problem.fix)
    throw new KhwError('INVALID_SPEC', problems.map(problem => problem.what).join('\n'), [first ?? '', ...rest], {
      exit: 2,
    })
  } catch (error) {
    throw explained(error, `Could not look at the instance types of ${access.region}`)
  } finally {
    clients.close()
  }
}
