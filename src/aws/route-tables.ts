import type {RouteTable, RouteTableAssociation} from '@aws-sdk/client-ec2'

/** The table that a subnet goes by: its own, or else the main one of its VPC (VPC user guide, "Subnet route tables"). */
export function effectiveTable(tables: readonly RouteTable[], subnetId: string): RouteTable | undefined {
  const associated = (match: (a: RouteTableAssociation) => boolean): RouteTable | undefined =>
    tables.find(table => table.Associations?.some(match))
  return associated(a => a.SubnetId === subnetId) ?? associated(a => a.Main === true)
}

/**
 * How packets leave for the internet: by an internet gateway, so that machines with public addresses can be reached from
 * there; by something else, as a NAT gateway or a peer; or not at all.
 */
export function wayOut(table: RouteTable | undefined): 'gateway' | 'other' | 'none' {
  const route = table?.Routes?.find(r => r.DestinationCidrBlock === '0.0.0.0/0' && r.State === 'active')
  if (route === undefined) return 'none'
  return route.GatewayId?.startsWith('igw-') === true ? 'gateway' : 'other'
}
