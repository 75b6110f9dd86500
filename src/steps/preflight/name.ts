import {CLUSTER_ID_TAG, CLUSTER_NAME_TAG, tagValue} from '../../aws/tags.js'
import {KhwError} from '../../errors.js'
import type {Check} from './check.js'

/** A cluster of that name which is not recorded here is somebody else's, or one whose journal was lost. Throws CLUSTER_EXISTS. */
export const freeName: Check = {
  name: 'name',
  signedIn: true,

  async run({clients: {ec2}, spec: {name}, access: {provider, region}, signal}) {
    const Filters = [{Name: `tag:${CLUSTER_NAME_TAG}`, Values: [name]}]
    const options = {abortSignal: signal}
    const [{Vpcs = []}, {SecurityGroups = []}] = await Promise.all([
      ec2.describeVpcs({Filters}, options),
      // One in a VPC of somebody else has none of its own.
      ec2.describeSecurityGroups({Filters}, options),
    ])
    const [found] = [
      ...Vpcs.map(({VpcId, Tags}) => ({id: VpcId, Tags})),
      ...SecurityGroups.map(({GroupId, Tags}) => ({id: GroupId, Tags})),
    ]
    if (found === undefined) return {detail: `"${name}" is free`}
    const where = `--provider ${provider} --region ${region}`
    throw new KhwError(
      'CLUSTER_EXISTS',
      `${region} has a cluster "${name}" already (${found.id ?? 'its VPC'}, cluster id ${tagValue(found.Tags, CLUSTER_ID_TAG) ?? 'unknown'}), which is not recorded here.`,
      [
        'Choose another --name',
        `If it is yours and its journal was lost: khw recover ${name} ${where}`,
        `To take it down: khw destroy ${name} ${where}`,
      ],
    )
  },
}
