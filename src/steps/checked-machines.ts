import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {IMAGE_FAMILIES} from '../cluster/image-families.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {Architecture, ClusterSpec, Problem} from '../cluster/spec.js'
import {KhwError} from '../errors.js'
import {imageFindings} from './image-findings.js'
import {machineFindings} from './machine-findings.js'

/** What the region decides of a cluster's machines. */
export interface CheckedMachines {
  readonly architecture: Architecture
  readonly loginUser: string
}

/**
 * Asks the region whether it has the types, the zones and the image. Throws INVALID_SPEC with all that is wrong, each with
 * what to type instead; nothing is created by then.
 */
export async function checkedMachines(
  access: RegionAccess,
  spec: ClusterSpec,
  signal: AbortSignal,
): Promise<CheckedMachines> {
  const clients = awsClients(access, {signal})
  try {
    const {region, architecture: only} = access
    const question = {ec2: clients.ec2, region, spec, only, signal}
    const {architecture, problems} = await machineFindings(question)
    // An image is for an architecture: there is nothing to ask for without one.
    if (architecture === undefined) throw refusal(problems)
    const {image, problems: more} = await imageFindings(question, architecture)
    const loginUser = spec.loginUser ?? (image?.family && IMAGE_FAMILIES[image.family].loginUser)
    if (problems.length + more.length > 0 || loginUser === undefined) throw refusal([...problems, ...more])
    return {architecture, loginUser}
  } catch (error) {
    throw explained(error, `Could not look at what machines ${access.region} has`)
  } finally {
    clients.close()
  }
}

function refusal(problems: readonly Problem[]): KhwError {
  const [first, ...rest] = problems.map(problem => problem.fix)
  return new KhwError('INVALID_SPEC', problems.map(problem => problem.what).join('\n'), [first ?? '', ...rest], {
    exit: 2,
  })
}
