import {KhwError} from '../../errors.js'
import type {CreateRequest} from './create-request.js'

/** What can be said of `--vpc-id` and `--subnet-ids` without asking EC2. Throws USAGE. */
export function checkExistingNetwork({vpcId, subnetIds, network = {}}: CreateRequest): void {
  if (vpcId === undefined && subnetIds === undefined) return
  if (vpcId === undefined) throw refused('--subnet-ids needs to know whose subnets they are.', 'Add --vpc-id VPC')
  if (subnetIds === undefined || subnetIds.length === 0)
    throw refused('--vpc-id needs to know which of its subnets to use.', 'Add --subnet-ids SUBNET,SUBNET')
  if (!/^vpc-[0-9a-f]+$/.test(vpcId))
    throw refused(`--vpc-id ${vpcId} is not the id of a VPC.`, 'It looks like vpc-0123456789abcdef0')
  const wrong = subnetIds.filter(id => !/^subnet-[0-9a-f]+$/.test(id))
  if (wrong.length > 0)
    throw refused(
      `--subnet-ids ${wrong.join(',')}: not the id of a subnet.`,
      'It looks like subnet-0123456789abcdef0; several are separated by commas',
    )
  if (new Set(subnetIds).size < subnetIds.length)
    throw refused('--subnet-ids names a subnet twice.', 'Name each subnet once')
  const own = (
    [
      ['--vpc-cidr', network.vpcCidr],
      ['--zones', network.zones],
      ['--subnet-count', network.subnets],
    ] as const
  ).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (own.length > 0)
    throw refused(
      `${own.join(' and ')} ${own.length === 1 ? 'is' : 'are'} for a network that the cluster makes itself, not for --vpc-id.`,
      `Leave out ${own.join(' and ')}`,
    )
}

function refused(what: string, suggestion: string): KhwError {
  return new KhwError('USAGE', what, [suggestion], {exit: 2})
}
