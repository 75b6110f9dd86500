import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import type {RegionAccess} from '../cluster/provider.js'
import {CLUSTER_ID_TAG, CLUSTER_NAME_TAG, tagValue} from '../aws/tags.js'
import {KhwError} from '../errors.js'

/** A cluster of that name which is not recorded here is somebody else's, or one whose journal was lost. Throws CLUSTER_EXISTS. */
export async function refuseTakenName(access: RegionAccess, name: string, signal: AbortSignal): Promise<void> {
  const clients = awsClients(access, {signal})
  try {
    const Filters = [{Name: `tag:${CLUSTER_NAME_TAG}`, Values: [name]}]
    const {Vpcs = []} = await clients.ec2.describeVpcs({Filters}, {abortSignal: signal})
    const [vpc] = Vpcs
    if (vpc === undefined) return
    const where = `--provider ${access.provider} --region ${access.region}`
    throw new KhwError(
      'CLUSTER_EXISTS',
      `${access.region} has a cluster "${name}" already (${vpc.VpcId ?? 'its VPC'}, cluster id ${tagValue(vpc.Tags, CLUSTER_ID_TAG) ?? 'unknown'}), which is not recorded here.`,
      [
        'Choose another --name',
        `If it is yours and its journal was lost: khw recover ${name} ${where}`,
        `To take it down: khw destroy ${name} ${where}`,
      ],
      {exit: 2},
    )
  } catch (error) {
    throw explained(error, `Could not look for a cluster "${name}" in ${access.region}`)
  } finally {
    clients.close()
  }
}
