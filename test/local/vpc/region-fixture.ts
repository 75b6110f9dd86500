import type {
  Instance,
  InstanceState,
  NetworkInterface,
  RegionState,
  Route,
  SecurityGroup,
  SecurityGroupRule,
} from '../../../src/local/model.js'
import {emptyRegion} from '../../../src/local/state-file.js'

export const VPC = 'vpc-0123456789abcdef0'
const IGW = 'igw-0123456789abcdef0'
export const TABLE = 'rtb-0123456789abcde01'
export const SUBNETS = ['subnet-0123456789abcde00', 'subnet-0123456789abcde01'] as const

/** One machine of the fixture, as short as tests can say it. */
export interface Node {
  readonly name: string
  readonly subnet: 0 | 1
  readonly address: string
  readonly publicIp?: string
  readonly groups: readonly string[]
  readonly sourceDestCheck?: boolean
  readonly state?: InstanceState
  readonly hopLimit?: number
  readonly tokens?: 'required' | 'optional'
  readonly endpoint?: 'enabled' | 'disabled'
  readonly userData?: string
}

export interface World {
  readonly nodes: readonly Node[]
  readonly groups: Readonly<Record<string, readonly Rule[]>>
  /** `ADDRESS RANGE -> igw | NODE` */
  readonly routes?: readonly (readonly [string, string])[]
  readonly gatewayAttached?: boolean
  readonly dnsSupport?: boolean
}

/** `from`/`to`: a range of addresses or the name of a group. */
export type Rule = {readonly protocol: string; readonly ports?: readonly [number, number]} & (
  {readonly from: string} | {readonly to: string}
)

const hex = (text: string): string => Buffer.from(text).toString('hex').slice(-17).padStart(17, '0')
export const instanceId = (name: string): string => `i-${hex(name)}`
export const interfaceId = (name: string): string => `eni-${hex(name)}`
export const groupId = (name: string): string => `sg-${hex(name)}`

function rule(of: Rule, index: number): SecurityGroupRule {
  const isEgress = 'to' in of
  const peer = isEgress ? of.to : of.from
  const [fromPort, toPort] = of.ports ?? [-1, -1]
  return {
    securityGroupRuleId: `sgr-${index}`,
    isEgress,
    ipProtocol: of.protocol,
    fromPort,
    toPort,
    peer: peer.includes('/') ? {kind: 'cidr', cidrIpv4: peer} : {kind: 'group', groupId: groupId(peer)},
    tags: [],
  }
}

function instance(node: Node, index: number): Instance {
  return {
    instanceId: instanceId(node.name),
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.small',
    architecture: 'x86_64',
    keyName: 'key',
    launchTime: '2026-01-01T00:00:00.000Z',
    reservationId: `r-${index}`,
    availabilityZone: 'local-1a',
    subnetId: SUBNETS[node.subnet],
    vpcId: VPC,
    networkInterfaceId: interfaceId(node.name),
    rootVolumeId: `vol-${index}`,
    metadataOptions: {
      httpTokens: node.tokens ?? 'required',
      httpPutResponseHopLimit: node.hopLimit ?? 1,
      httpEndpoint: node.endpoint ?? 'enabled',
    },
    instanceInitiatedShutdownBehavior: 'terminate',
    state: node.state ?? 'running',
    tags: [],
    ...(node.userData === undefined ? {} : {userData: Buffer.from(node.userData).toString('base64')}),
  }
}

function networkInterface(node: Node, index: number): NetworkInterface {
  return {
    networkInterfaceId: interfaceId(node.name),
    subnetId: SUBNETS[node.subnet],
    vpcId: VPC,
    privateIpAddress: node.address,
    macAddress: `02:00:00:00:01:0${index}`,
    sourceDestCheck: node.sourceDestCheck ?? true,
    groupIds: node.groups.map(groupId),
    ...(node.publicIp === undefined ? {} : {publicIp: node.publicIp}),
    attachment: {attachmentId: `att-${index}`, instanceId: instanceId(node.name), deleteOnTermination: true},
    tags: [],
  }
}

function byKey<T>(items: readonly T[], key: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map(item => [key(item), item]))
}

/** A region with one VPC, 10.240.0.0/16, of two subnets and one route table. */
export function regionState(world: World): RegionState {
  const routes: Route[] = (world.routes ?? []).map(([destinationCidrBlock, target]) => ({
    destinationCidrBlock,
    target:
      target === 'igw'
        ? {kind: 'gateway', gatewayId: IGW}
        : {kind: 'networkInterface', networkInterfaceId: interfaceId(target)},
  }))
  const groups: SecurityGroup[] = Object.entries(world.groups).map(([groupName, rules]) => ({
    groupId: groupId(groupName),
    groupName,
    description: groupName,
    vpcId: VPC,
    rules: rules.map(rule),
    tags: [],
  }))
  return {
    ...emptyRegion({region: 'local-1', zones: ['local-1a'], accountId: '123456789012'}),
    vpcs: {
      [VPC]: {
        vpcId: VPC,
        cidrBlock: '10.240.0.0/16',
        enableDnsSupport: world.dnsSupport ?? true,
        enableDnsHostnames: true,
        slot: 0,
        tags: [],
      },
    },
    subnets: byKey(
      SUBNETS.map((subnetId, index) => ({
        subnetId,
        vpcId: VPC,
        cidrBlock: `10.240.${index}.0/24`,
        availabilityZone: 'local-1a',
        mapPublicIpOnLaunch: true,
        tags: [],
      })),
      subnet => subnet.subnetId,
    ),
    internetGateways: {
      [IGW]: {internetGatewayId: IGW, tags: [], ...(world.gatewayAttached === false ? {} : {vpcId: VPC})},
    },
    routeTables: {
      [TABLE]: {
        routeTableId: TABLE,
        vpcId: VPC,
        routes,
        associations: [{routeTableAssociationId: 'rtbassoc-0', main: true}],
        tags: [],
      },
    },
    securityGroups: byKey(groups, group => group.groupId),
    keyPairs: {
      'key-0': {
        keyPairId: 'key-0',
        keyName: 'key',
        publicKey: 'ssh-ed25519 AAAA key',
        keyFingerprint: '',
        keyType: 'ed25519',
        createTime: '',
        tags: [],
      },
    },
    networkInterfaces: byKey(world.nodes.map(networkInterface), nic => nic.networkInterfaceId),
    volumes: {},
    instances: byKey(world.nodes.map(instance), i => i.instanceId),
  }
}
