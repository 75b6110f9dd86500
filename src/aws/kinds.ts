import type {
  EC2,
  Filter,
  Instance,
  InternetGateway,
  KeyPairInfo,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Tag,
  Volume,
  Vpc,
} from '@aws-sdk/client-ec2'
import type {ResourceClients} from './clients.js'
import {
  describeInstanceProfiles,
  describeRoles,
  type KnownInstanceProfile,
  type KnownRole,
} from './instance-profiles.js'
import {
  describeLoadBalancers,
  describeTargetGroups,
  type KnownLoadBalancer,
  type KnownTargetGroup,
} from './load-balancers.js'
import {CLUSTER_ID_TAG} from './tags.js'

/** One cluster. `ssm`: whether it has something of IAM's; left out where that is not known. */
export interface ClusterLook {
  readonly clusterId: string
  readonly ssm?: boolean
}

/** Which resources are looked for: one cluster's or all clusters', by tag, or whatever stands in some VPCs, whoever made it. */
export type Look = ClusterLook | {readonly anyCluster: true} | {readonly vpcIds: readonly string[]}

/** The lists of an inventory, and what is in them. */
export interface KindResources {
  vpcs: Vpc
  subnets: Subnet
  internetGateways: InternetGateway
  routeTables: RouteTable
  securityGroups: SecurityGroup
  keyPairs: KeyPairInfo
  instances: Instance
  volumes: Volume
  networkInterfaces: NetworkInterface
  loadBalancers: KnownLoadBalancer
  targetGroups: KnownTargetGroup
  roles: KnownRole
  instanceProfiles: KnownInstanceProfile
}

export type KindName = keyof KindResources

/** All that has to be known of a kind of resources for it to be found, adopted, counted and told apart from others'. */
export interface Kind<T> {
  /** EC2's name of the resource type, or like those. */
  readonly type: string
  id(resource: T): string | undefined
  tags(resource: T): Tag[] | undefined
  /** The VPCs it stands in; none of what does not stand in one. */
  vpcIds(resource: T): readonly (string | undefined)[]
  /** Made along with an instance and gone with it: not counted beside it, nor a sign that its own step was done. */
  hangs(resource: T): boolean
  describe(from: ResourceClients, look: Look, signal: AbortSignal): Promise<readonly T[]>
}

/** Every kind of resources that khw makes. One that is not in this table is neither found nor destroyed. */
export const KINDS: {readonly [Name in KindName]: Kind<KindResources[Name]>} = {
  vpcs: ec2Kind<Vpc>({
    type: 'vpc',
    id: v => v.VpcId,
    describe: async (ec2, Filters, options) => (await ec2.describeVpcs({Filters}, options)).Vpcs,
  }),
  subnets: ec2Kind<Subnet>({
    type: 'subnet',
    id: s => s.SubnetId,
    vpcIds: s => [s.VpcId],
    vpcFilter: 'vpc-id',
    describe: async (ec2, Filters, options) => (await ec2.describeSubnets({Filters}, options)).Subnets,
  }),
  internetGateways: ec2Kind<InternetGateway>({
    type: 'internet-gateway',
    id: g => g.InternetGatewayId,
    vpcIds: ({Attachments = []}) => Attachments.map(a => a.VpcId),
    vpcFilter: 'attachment.vpc-id',
    describe: async (ec2, Filters, options) =>
      (await ec2.describeInternetGateways({Filters}, options)).InternetGateways,
  }),
  routeTables: ec2Kind<RouteTable>({
    type: 'route-table',
    id: t => t.RouteTableId,
    vpcIds: t => [t.VpcId],
    vpcFilter: 'vpc-id',
    isBuiltIn: t => t.Associations?.some(a => a.Main === true) === true,
    describe: async (ec2, Filters, options) => (await ec2.describeRouteTables({Filters}, options)).RouteTables,
  }),
  securityGroups: ec2Kind<SecurityGroup>({
    type: 'security-group',
    id: g => g.GroupId,
    vpcIds: g => [g.VpcId],
    vpcFilter: 'vpc-id',
    isBuiltIn: g => g.GroupName === 'default',
    describe: async (ec2, Filters, options) => (await ec2.describeSecurityGroups({Filters}, options)).SecurityGroups,
  }),
  keyPairs: ec2Kind<KeyPairInfo>({
    type: 'key-pair',
    id: k => k.KeyPairId,
    describe: async (ec2, Filters, options) => (await ec2.describeKeyPairs({Filters}, options)).KeyPairs,
  }),
  instances: ec2Kind<Instance>({
    type: 'instance',
    id: i => i.InstanceId,
    vpcIds: i => [i.VpcId],
    vpcFilter: 'vpc-id',
    describe: (ec2, Filters, {abortSignal}) => allInstances(ec2, Filters, abortSignal),
  }),
  volumes: ec2Kind<Volume>({
    type: 'volume',
    id: v => v.VolumeId,
    hangs: v => v.State !== 'available',
    describe: async (ec2, Filters, options) => (await ec2.describeVolumes({Filters}, options)).Volumes,
  }),
  networkInterfaces: ec2Kind<NetworkInterface>({
    type: 'network-interface',
    id: i => i.NetworkInterfaceId,
    tags: i => i.TagSet,
    vpcIds: i => [i.VpcId],
    vpcFilter: 'vpc-id',
    hangs: i => i.Attachment !== undefined,
    describe: async (ec2, Filters, options) =>
      (await ec2.describeNetworkInterfaces({Filters}, options)).NetworkInterfaces,
  }),
  loadBalancers: {
    type: 'load-balancer',
    id: l => l.LoadBalancerArn,
    tags: l => l.Tags,
    vpcIds: l => [l.VpcId],
    hangs: () => false,
    describe: describeLoadBalancers,
  },
  targetGroups: {
    type: 'target-group',
    id: g => g.TargetGroupArn,
    tags: g => g.Tags,
    vpcIds: g => [g.VpcId],
    hangs: () => false,
    describe: describeTargetGroups,
  },
  roles: {
    type: 'role',
    id: r => r.Arn,
    tags: r => r.Tags,
    vpcIds: () => [],
    hangs: () => false,
    describe: describeRoles,
  },
  instanceProfiles: {
    type: 'instance-profile',
    id: p => p.Arn,
    tags: p => p.Tags,
    vpcIds: () => [],
    hangs: () => false,
    describe: describeInstanceProfiles,
  },
}

export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[]

/** Instances by filter, all pages. */
export async function allInstances(ec2: EC2, Filters: Filter[], signal: AbortSignal): Promise<Instance[]> {
  const instances: Instance[] = []
  let NextToken: string | undefined
  do {
    const page = await ec2.describeInstances({Filters, ...(NextToken ? {NextToken} : {})}, {abortSignal: signal})
    instances.push(...(page.Reservations ?? []).flatMap(reservation => reservation.Instances ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return instances
}

interface Ec2Kind<T> extends Pick<Kind<T>, 'type' | 'id'>, Partial<Pick<Kind<T>, 'tags' | 'vpcIds' | 'hangs'>> {
  /** The filter for those of a VPC, of what stands in one. */
  readonly vpcFilter?: string
  /** EC2 itself puts it into each VPC, and takes it away with it. */
  isBuiltIn?(resource: T): boolean
  describe(ec2: EC2, filters: Filter[], options: {readonly abortSignal: AbortSignal}): Promise<T[] | undefined>
}

function ec2Kind<T extends {Tags?: Tag[] | undefined} | {TagSet?: Tag[] | undefined}>(of: Ec2Kind<T>): Kind<T> {
  const {type, vpcFilter} = of
  return {
    type,
    id: resource => of.id(resource),
    tags: resource => (of.tags ? of.tags(resource) : 'Tags' in resource ? resource.Tags : undefined),
    vpcIds: resource => of.vpcIds?.(resource) ?? [],
    hangs: resource => of.hangs?.(resource) === true,
    async describe({ec2}, look, signal) {
      const options = {abortSignal: signal}
      if (!('vpcIds' in look)) return (await of.describe(ec2, [tagFilter(look)], options)) ?? []
      if (vpcFilter === undefined) return []
      const found = (await of.describe(ec2, [{Name: vpcFilter, Values: [...look.vpcIds]}], options)) ?? []
      return found.filter(resource => of.isBuiltIn?.(resource) !== true)
    },
  }
}

function tagFilter(look: Exclude<Look, {vpcIds: readonly string[]}>): Filter {
  return 'clusterId' in look
    ? {Name: `tag:${CLUSTER_ID_TAG}`, Values: [look.clusterId]}
    : {Name: 'tag-key', Values: [CLUSTER_ID_TAG]}
}
