import type {ElbState} from './elb-model.js'
import type {IamState} from './iam-model.js'

/**
 * What exists in a local region: plain data, one record a kind, keyed by id. The api/ folder changes it, vpc/ and
 * machines/ make the host agree with it. Names and states are EC2's own (EC2 API Reference, data types).
 */
export interface RegionState extends ElbState, IamState {
  readonly schema: 1
  /** Twelve digits, drawn once. */
  readonly accountId: string
  /** `local-1` */
  readonly region: string
  /** `local-1a` ... */
  readonly zones: readonly string[]
  vpcs: Record<string, Vpc>
  subnets: Record<string, Subnet>
  internetGateways: Record<string, InternetGateway>
  routeTables: Record<string, RouteTable>
  securityGroups: Record<string, SecurityGroup>
  keyPairs: Record<string, KeyPair>
  networkInterfaces: Record<string, NetworkInterface>
  volumes: Record<string, Volume>
  instances: Record<string, Instance>
  /** Client tokens by action and token: what was asked (a hash of the input) and what was answered with. */
  clientTokens: Record<string, ClientToken>
  /** Elastic addresses, by allocation id. */
  addresses: Record<string, Address>
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Tagged {
  tags: Tag[]
}

export interface Vpc extends Tagged {
  readonly vpcId: string
  readonly cidrBlock: string
  enableDnsSupport: boolean
  enableDnsHostnames: boolean
  /** From 0, unique in the region while the VPC lives: names its objects and its uplink on the host. */
  readonly slot: number
}

export interface Subnet extends Tagged {
  readonly subnetId: string
  readonly vpcId: string
  readonly cidrBlock: string
  readonly availabilityZone: string
  mapPublicIpOnLaunch: boolean
}

export interface InternetGateway extends Tagged {
  readonly internetGatewayId: string
  /** The VPC it is attached to. */
  vpcId?: string
}

export interface RouteTable extends Tagged {
  readonly routeTableId: string
  readonly vpcId: string
  /** Without the `local` route of the VPC's own range, which every table has. */
  routes: Route[]
  associations: RouteTableAssociation[]
}

export interface RouteTableAssociation {
  readonly routeTableAssociationId: string
  /** Absent for the VPC's main table. */
  readonly subnetId?: string
  readonly main: boolean
}

export interface Route {
  readonly destinationCidrBlock: string
  readonly target:
    | {readonly kind: 'gateway'; readonly gatewayId: string}
    | {readonly kind: 'networkInterface'; readonly networkInterfaceId: string}
}

export interface SecurityGroup extends Tagged {
  readonly groupId: string
  readonly groupName: string
  readonly description: string
  readonly vpcId: string
  rules: SecurityGroupRule[]
}

/** One source or destination a rule, as DescribeSecurityGroupRules shows them. */
export interface SecurityGroupRule extends Tagged {
  readonly securityGroupRuleId: string
  readonly isEgress: boolean
  /** `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all. */
  readonly ipProtocol: string
  /** For icmp type and code; -1 means all. */
  readonly fromPort: number
  readonly toPort: number
  readonly peer:
    | {readonly kind: 'cidr'; readonly cidrIpv4: string}
    | {readonly kind: 'cidrIpv6'; readonly cidrIpv6: string}
    | {readonly kind: 'group'; readonly groupId: string}
  readonly description?: string
}

export interface KeyPair extends Tagged {
  readonly keyPairId: string
  readonly keyName: string
  /** One line of authorized_keys. */
  readonly publicKey: string
  readonly keyFingerprint: string
  readonly keyType: 'ed25519' | 'rsa'
  readonly createTime: string
}

export interface NetworkInterface extends Tagged {
  readonly networkInterfaceId: string
  readonly subnetId: string
  readonly vpcId: string
  readonly privateIpAddress: string
  readonly macAddress: string
  description?: string
  sourceDestCheck: boolean
  groupIds: string[]
  /** Address from the region's public range (198.18.0.0/15), for as long as the instance runs, or an elastic one. */
  publicIp?: string
  attachment?: {readonly attachmentId: string; readonly instanceId: string; deleteOnTermination: boolean}
  /** Of an interface that a load balancer has made, which nobody else can change or delete. */
  managed?: ManagedAttachment
}

/** An elastic address: one of the region's public range that is the account's until it is released. */
export interface Address extends Tagged {
  readonly allocationId: string
  readonly publicIp: string
  /** The interface has it as its `publicIp` for as long. */
  association?: {readonly associationId: string; readonly networkInterfaceId: string}
}

export interface ManagedAttachment {
  readonly attachmentId: string
  readonly loadBalancerArn: string
  /** `ELB net/NAME/ID` */
  readonly description: string
  readonly attachTime: string
  /** Its load balancer is gone, or out of this zone; the interface follows at that time. ISO 8601. */
  releasedAt?: string
}

export interface Volume extends Tagged {
  readonly volumeId: string
  /** GiB. */
  readonly size: number
  readonly volumeType: string
  /** As asked for; of a type that has them. */
  readonly iops?: number
  readonly throughput?: number
  readonly encrypted: boolean
  readonly availabilityZone: string
  readonly createTime: string
  /** The last change of its settings. */
  readonly modification?: {
    readonly original: Pick<Volume, 'size' | 'volumeType' | 'iops' | 'throughput'>
    readonly target: Pick<Volume, 'size' | 'volumeType' | 'iops' | 'throughput'>
    readonly startTime: string
  }
  instanceId?: string
  deleteOnTermination: boolean
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped'

export interface Instance extends Tagged {
  readonly instanceId: string
  readonly imageId: string
  instanceType: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly keyName?: string
  readonly launchTime: string
  readonly reservationId: string
  readonly clientToken?: string
  /** As given to RunInstances, base64. */
  userData?: string
  readonly availabilityZone: string
  readonly subnetId: string
  readonly vpcId: string
  /** Primary interface; its record is deleted with the instance. */
  readonly networkInterfaceId: string
  readonly rootVolumeId: string
  readonly metadataOptions: {
    httpTokens: 'required' | 'optional'
    httpPutResponseHopLimit: number
    httpEndpoint: 'enabled' | 'disabled'
  }
  instanceInitiatedShutdownBehavior: 'stop' | 'terminate'
  /** Whether TerminateInstances and StopInstances are refused; absent: they are not. */
  disableApiTermination?: boolean
  disableApiStop?: boolean
  /** Of a burstable instance; absent: `unlimited`. */
  cpuCredits?: 'standard' | 'unlimited'
  state: InstanceState
  stateReason?: {readonly code: string; readonly message: string}
  /** By which programs on it get credentials of a role. */
  iamInstanceProfile?: {readonly associationId: string; readonly arn: string; readonly id: string}
  /** Of an instance that was launched on the spot market. */
  spot?: SpotMarket
  /** What its interface had, once that is released. */
  formerInterface?: {readonly groupIds: readonly string[]; readonly publicIp?: string}
  /** When it was terminated; EC2 still describes it for about an hour. */
  terminatedAt?: string
}

export interface SpotMarket {
  /** `sir-` and eight letters and digits. */
  readonly spotInstanceRequestId: string
  /** When it is to end, once EC2 has given notice. ISO 8601. */
  interruptedAt?: string
}

export interface ClientToken {
  readonly inputHash: string
  readonly instanceIds: readonly string[]
}
