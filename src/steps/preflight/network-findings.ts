import type {EC2, RouteTable, Subnet, Vpc} from '@aws-sdk/client-ec2'
import {awsCommand} from '../../aws/command-line.js'
import {effectiveTable, wayOut} from '../../aws/route-tables.js'
import {isPrivate, nodesOf} from '../../cluster/addressing.js'
import {overlap, parseCidr} from '../../cluster/cidr.js'
import {subnetIdsOf, type ExistingNetwork} from '../../cluster/existing-network.js'
import type {NetworkSpec} from '../../cluster/network-spec.js'
import type {ClusterSpec, Problem} from '../../cluster/spec.js'
import {ingressRules} from '../network/rule-table.js'
import {securityGroupName} from '../network/security-group.js'

/** What EC2 says of a VPC that somebody wants to use. */
interface Found {
  readonly vpc: Vpc
  /** In the order in which they were named. */
  readonly subnets: readonly Subnet[]
  readonly tables: readonly RouteTable[]
  readonly resolves: boolean
  /** Names of the security groups that are there. */
  readonly groups: readonly string[]
}

export interface NetworkQuestion {
  readonly ec2: EC2
  readonly region: string
  readonly spec: ClusterSpec
  /** Whether machines get all they fetch without the internet. */
  readonly selfSufficient: boolean
  readonly signal: AbortSignal
}

export interface NetworkFindings {
  /** As it is; undefined if it cannot be told, which is one of the problems, or if the cluster makes its own. */
  readonly network: NetworkSpec | undefined
  readonly problems: readonly Problem[]
}

/** Whether a cluster can stand in the VPC and subnets that its spec names: everything that is against it, at once. */
export async function networkFindings(question: NetworkQuestion): Promise<NetworkFindings> {
  const {spec, region} = question
  const {existing} = spec.network
  if (existing === undefined) return {network: undefined, problems: ownProblems(question)}
  const found = await lookAt(question, existing)
  if ('problems' in found) return {network: undefined, problems: found.problems}
  const publicSubnets = found.subnets.filter(subnet => wayOut(tableOf(found, subnet)) === 'gateway')
  const privateSubnets = found.subnets.filter(subnet => !publicSubnets.includes(subnet))
  const idOf = ({SubnetId = ''}: Subnet): string => SubnetId
  const network = {
    ...spec.network,
    vpcCidr: found.vpc.CidrBlock ?? '',
    zones: [...publicSubnets, ...privateSubnets].map(({AvailabilityZone = ''}) => AvailabilityZone),
    existing: {vpcId: existing.vpcId, publicSubnets: publicSubnets.map(idOf), privateSubnets: privateSubnets.map(idOf)},
  }
  return {
    network,
    problems: [
      ...rangeProblems(found, network),
      ...subnetProblems(found, {...spec, network}),
      ...wayProblems(found, {...question, spec: {...spec, network}}),
      ...vpcProblems(found, spec, region),
    ],
  }
}

async function lookAt(
  {ec2, region, signal}: NetworkQuestion,
  existing: ExistingNetwork,
): Promise<Found | {readonly problems: readonly Problem[]}> {
  const options = {abortSignal: signal}
  const {vpcId} = existing
  const inVpc = [{Name: 'vpc-id', Values: [vpcId]}]
  const [{Vpcs = []}, {Subnets = []}, {RouteTables = []}, {SecurityGroups = []}] = await Promise.all([
    ec2.describeVpcs({Filters: inVpc}, options),
    ec2.describeSubnets({Filters: inVpc}, options),
    ec2.describeRouteTables({Filters: inVpc}, options),
    ec2.describeSecurityGroups({Filters: inVpc}, options),
  ])
  const [vpc] = Vpcs
  if (vpc === undefined) {
    const fix = `If it is in another region or account, sign in there; see which there are here: ${awsCommand('ec2 describe-vpcs', region)}`
    return {problems: [{what: `There is no VPC ${vpcId} in ${region}.`, fix}]}
  }
  const ids = subnetIdsOf(existing)
  const subnets = ids.flatMap(id => Subnets.find(subnet => subnet.SubnetId === id) ?? [])
  const missing = ids.filter(id => !subnets.some(subnet => subnet.SubnetId === id))
  if (missing.length > 0) {
    const fix = `See which it has: ${awsCommand(`ec2 describe-subnets --filters Name=vpc-id,Values=${vpcId}`, region)}`
    return {problems: missing.map(id => ({what: `${vpcId} has no subnet ${id}.`, fix}))}
  }
  const {EnableDnsSupport} = await ec2.describeVpcAttribute({VpcId: vpcId, Attribute: 'enableDnsSupport'}, options)
  return {
    vpc,
    subnets,
    tables: RouteTables,
    resolves: EnableDnsSupport?.Value !== false,
    groups: SecurityGroups.flatMap(({GroupName}) => GroupName ?? []),
  }
}

function tableOf({tables}: Found, {SubnetId = ''}: Subnet): RouteTable | undefined {
  return effectiveTable(tables, SubnetId)
}

/** The ranges of pods and services must be nobody's yet: the VPC's own, and wherever its routes lead. */
function rangeProblems(found: Found, {podCidr, serviceCidr}: NetworkSpec): Problem[] {
  const {vpc, subnets} = found
  const blocks = (vpc.CidrBlockAssociationSet ?? []).flatMap(({CidrBlock}) => CidrBlock ?? [])
  const taken = new Map([vpc.CidrBlock ?? '', ...blocks].map(range => [range, `the VPC's own ${range}`]))
  for (const subnet of subnets)
    for (const {DestinationCidrBlock: range} of tableOf(found, subnet)?.Routes ?? [])
      if (range !== undefined && range !== '0.0.0.0/0' && !taken.has(range))
        taken.set(range, `the route to ${range} of ${tableOf(found, subnet)?.RouteTableId ?? 'its route table'}`)
  return (
    [
      ['--pod-cidr', podCidr],
      ['--service-cidr', serviceCidr],
    ] as const
  ).flatMap(([flag, range]) =>
    [...taken]
      .filter(([other]) => overlaps(range, other))
      .map(([, what]) => ({
        what: `${flag} ${range} overlaps ${what}: packets for one would reach the other.`,
        fix: `Choose a range that is free: ${flag} CIDR`,
      })),
  )
}

function overlaps(a: string, b: string): boolean {
  const [one, other] = [parseCidr(a), parseCidr(b)]
  return one !== undefined && other !== undefined && overlap(one, other)
}

function subnetProblems(found: Found, spec: ClusterSpec): Problem[] {
  const ids = spec.network.existing ? subnetIdsOf(spec.network.existing) : []
  const problems: Problem[] = []
  for (const {SubnetId = '', State, AvailableIpAddressCount = 0} of found.subnets) {
    if (State !== undefined && State !== 'available')
      problems.push({what: `The subnet ${SubnetId} is ${State}.`, fix: 'Name others: --subnet-ids SUBNET,SUBNET'})
    const needed = nodesOf(spec).filter(node => ids[node.subnet - 1] === SubnetId).length
    if (AvailableIpAddressCount < needed)
      problems.push({
        what: `The subnet ${SubnetId} has ${AvailableIpAddressCount} free addresses, and ${needed} machines are to stand in it.`,
        fix: 'Name more subnets (--subnet-ids SUBNET,SUBNET) or ask for fewer machines (--workers N)',
      })
  }
  return problems
}

/** How khw gets in, and how the machines get out to what they fetch. */
function wayProblems(found: Found, {spec, selfSufficient}: NetworkQuestion): Problem[] {
  const {existing} = spec.network
  if (existing?.publicSubnets.length === 0)
    return [
      {
        what: 'None of the subnets has a route to an internet gateway: khw could not reach a controller.',
        fix: 'Name at least one whose route table sends 0.0.0.0/0 to an internet gateway',
      },
    ]
  if (selfSufficient) return []
  const isShut = (subnet: Subnet): boolean =>
    wayOut(tableOf(found, subnet)) === 'none' ||
    // An internet gateway is a way out only for who has a public address.
    (wayOut(tableOf(found, subnet)) === 'gateway' && existing?.privateSubnets.length === 0 && isPrivate(spec, 'worker'))
  return found.subnets.filter(isShut).map(({SubnetId = ''}) => ({
    what: `Machines without a public address in ${SubnetId} could fetch nothing: its route table has no route to the internet for them.`,
    fix: [
      'Send its 0.0.0.0/0 to a NAT gateway, or name a proxy that they reach: --node-proxy URL',
      spec.provider === 'local'
        ? HAND_DOWN
        : 'Or bring haproxy, conntrack, iptables and nft in an image, the rest from a mirror: --image ami-ID --mirror URL',
    ].join('\n'),
  }))
}

/** The local region's machines have all packages, and a way to this machine's cache whatever their subnet has. */
const HAND_DOWN = 'Have this machine serve them all that they fetch: --mirror DIR'

/** Of the network that the cluster makes itself. */
function ownProblems({spec, selfSufficient}: NetworkQuestion): Problem[] {
  if (!isPrivate(spec, 'worker') || selfSufficient) return []
  return [
    {
      what: 'Workers without public addresses could fetch nothing: khw makes no NAT gateway in a network of its own.',
      fix:
        spec.provider === 'local'
          ? HAND_DOWN
          : 'Use subnets behind a NAT gateway: --vpc-id VPC --subnet-ids SUBNET,SUBNET',
    },
  ]
}

function vpcProblems({resolves, groups}: Found, spec: ClusterSpec, region: string): Problem[] {
  const vpcId = spec.network.existing?.vpcId ?? ''
  const wanted = new Set(ingressRules(spec, []).map(({target}) => securityGroupName(spec.name, target)))
  const problems: Problem[] = []
  if (!resolves)
    problems.push({
      what: `${vpcId} has its resolver switched off (enableDnsSupport): machines in it could look up no name.`,
      fix: awsCommand(`ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-support`, region),
    })
  for (const group of wanted)
    if (groups.includes(group))
      problems.push({
        what: `${vpcId} has a security group "${group}" already, which is not this cluster's.`,
        fix: 'Choose another --name',
      })
  return problems
}
