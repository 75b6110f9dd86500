import type {RegionState, Vpc} from '../../model.js'
import {action} from '../action.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {XmlElement} from '../xml.js'

/** Rule number of the entry that EC2 shows as `*`: it comes last and denies what no other entry has allowed. */
const LAST = 32_767

/**
 * The default network ACL of a VPC, to which all of its subnets belong. It lets everything pass, and there is no other
 * kind here: security groups alone decide. Its ids follow from those of the VPC and the subnets.
 */
export const networkAclActions = [
  action(
    'DescribeNetworkAcls',
    parameters => listingRequest(parameters, 'NetworkAclId'),
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.vpcs), listing(state))
      return {networkAclSet: page.items.map(vpc => describeAcl(vpc, state)), nextToken: page.nextToken}
    },
  ),
]

const listing = (state: RegionState): Listing<Vpc> => ({
  kind: 'networkAcl',
  idOf: aclId,
  tagsOf: () => [],
  fields: {
    'network-acl-id': aclId,
    'vpc-id': vpc => vpc.vpcId,
    'owner-id': () => state.accountId,
    default: () => true,
    'association.association-id': vpc => subnetsOf(vpc, state).map(associationId),
    'association.network-acl-id': aclId,
    'association.subnet-id': vpc => subnetsOf(vpc, state),
    'entry.cidr': () => '0.0.0.0/0',
    'entry.egress': () => [true, false],
    'entry.protocol': () => '-1',
    'entry.rule-action': () => ['allow', 'deny'],
    'entry.rule-number': () => [100, LAST],
  },
})

function aclId({vpcId}: Vpc): string {
  return vpcId.replace(/^vpc/, 'acl')
}

function associationId(subnetId: string): string {
  return subnetId.replace(/^subnet/, 'aclassoc')
}

function subnetsOf({vpcId}: Vpc, state: RegionState): string[] {
  return Object.values(state.subnets)
    .filter(subnet => subnet.vpcId === vpcId)
    .map(subnet => subnet.subnetId)
}

function describeAcl(vpc: Vpc, state: RegionState): XmlElement {
  const networkAclId = aclId(vpc)
  const entry = (egress: boolean, ruleNumber: number): XmlElement => {
    const ruleAction = ruleNumber === LAST ? 'deny' : 'allow'
    return {ruleNumber, protocol: '-1', ruleAction, egress, cidrBlock: '0.0.0.0/0'}
  }
  return {
    networkAclId,
    vpcId: vpc.vpcId,
    ownerId: state.accountId,
    default: true,
    entrySet: [entry(true, 100), entry(true, LAST), entry(false, 100), entry(false, LAST)],
    associationSet: subnetsOf(vpc, state).map(subnetId => ({
      networkAclAssociationId: associationId(subnetId),
      networkAclId,
      subnetId,
    })),
  }
}
