import {sizeOf} from '../../../cluster/cidr.js'
import type {RegionState, Subnet} from '../../model.js'
import {storedCidr} from '../cidr-parameter.js'
import {absent} from '../filters.js'
import type {Listing} from '../listing.js'
import {tagSet} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {zoneId} from './region-and-zone.js'

/** EC2 keeps the first four addresses of a subnet and the last. */
const RESERVED = 5

export const subnetListing = (state: RegionState): Listing<Subnet> => ({
  kind: 'subnet',
  idOf: subnet => subnet.subnetId,
  tagsOf: subnet => subnet.tags,
  fields: {
    'subnet-id': subnet => subnet.subnetId,
    'vpc-id': subnet => subnet.vpcId,
    'cidr-block': subnet => subnet.cidrBlock,
    cidr: subnet => subnet.cidrBlock,
    cidrBlock: subnet => subnet.cidrBlock,
    'availability-zone': subnet => subnet.availabilityZone,
    availabilityZone: subnet => subnet.availabilityZone,
    'availability-zone-id': subnet => zoneId(state, subnet.availabilityZone),
    'available-ip-address-count': subnet => availableAddresses(state, subnet),
    'map-public-ip-on-launch': subnet => subnet.mapPublicIpOnLaunch,
    'subnet-arn': subnet => arnOf(subnet, state),
    'owner-id': () => state.accountId,
    'ipv6-native': () => false,
    ...absent(
      'customer-owned-ipv4-pool',
      'ipv6-cidr-block-association.association-id',
      'ipv6-cidr-block-association.ipv6-cidr-block',
      'ipv6-cidr-block-association.state',
      'outpost-arn',
    ),
    'map-customer-owned-ip-on-launch': () => false,
    'private-dns-name-options-on-launch.hostname-type': () => 'ip-name',
    'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': () => false,
    'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': () => false,
    'default-for-az': () => false,
    defaultForAz: () => false,
    state: () => 'available',
  },
})

/** Addresses of a subnet that instances may have, first and last. */
export function usableAddresses(subnet: Subnet): {first: number; last: number} {
  const cidr = storedCidr(subnet.cidrBlock)
  return {first: cidr.base + RESERVED - 1, last: cidr.base + sizeOf(cidr) - 2}
}

function availableAddresses(state: RegionState, subnet: Subnet): number {
  const used = Object.values(state.networkInterfaces).filter(nic => nic.subnetId === subnet.subnetId).length
  return sizeOf(storedCidr(subnet.cidrBlock)) - RESERVED - used
}

function arnOf({subnetId}: Subnet, {region, accountId}: RegionState): string {
  return `arn:aws:ec2:${region}:${accountId}:subnet/${subnetId}`
}

/** A subnet as in `subnetSet`. */
export function describeSubnet(subnet: Subnet, state: RegionState): XmlElement {
  return {
    subnetId: subnet.subnetId,
    subnetArn: arnOf(subnet, state),
    state: 'available',
    ownerId: state.accountId,
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidrBlock,
    availableIpAddressCount: availableAddresses(state, subnet),
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: zoneId(state, subnet.availabilityZone),
    defaultForAz: false,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    mapCustomerOwnedIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
    ipv6CidrBlockAssociationSet: [],
    ipv6Native: false,
    enableDns64: false,
    privateDnsNameOptionsOnLaunch: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    tagSet: tagSet(subnet.tags),
  }
}
