import type {EC2, ResourceType, TagSpecification} from '@aws-sdk/client-ec2'
import {stepTags} from '../../aws/tags.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {generateSshKey} from '../../ssh/keys.js'

/** A call with DryRun: EC2 says whether it would be allowed, and does nothing. */
export interface Trial {
  /** `CreateVpc` */
  readonly operation: string
  /**
   * It names nothing that is not there yet, so that a refusal means the operation. The others name what does not exist,
   * and a policy that wants khw's tag on it cannot find it there: of those only a permission is certain.
   */
  readonly certain: boolean
  readonly call: (ec2: EC2, spec: ClusterSpec, options: {abortSignal: AbortSignal}) => Promise<unknown>
}

const NONE = '0'.repeat(17)
const VpcId = `vpc-${NONE}`
const SubnetId = `subnet-${NONE}`
const GroupId = `sg-${NONE}`
const RouteTableId = `rtb-${NONE}`
const AssociationId = `rtbassoc-${NONE}`
const InternetGatewayId = `igw-${NONE}`
const InstanceId = `i-${NONE}`
const InstanceIds = [InstanceId]
const NetworkInterfaceId = `eni-${NONE}`
/** Of documentation (RFC 5737): nowhere. */
const NOWHERE = '192.0.2.0/24'
const IpPermissions = [{IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: NOWHERE}]}]
const DryRun = true

/** One for each EC2 call with which khw changes something, in the order of their names. */
export const TRIALS: readonly Trial[] = [
  trial('AssociateRouteTable', (ec2, _, o) => ec2.associateRouteTable({DryRun, RouteTableId, SubnetId}, o)),
  trial('AttachInternetGateway', (ec2, _, o) => ec2.attachInternetGateway({DryRun, InternetGatewayId, VpcId}, o)),
  trial('AuthorizeSecurityGroupIngress', (ec2, _, o) =>
    ec2.authorizeSecurityGroupIngress({DryRun, GroupId, IpPermissions}, o),
  ),
  certain('CreateInternetGateway', (ec2, spec, o) =>
    ec2.createInternetGateway({DryRun, TagSpecifications: tagged('internet-gateway', spec)}, o),
  ),
  trial('CreateRoute', (ec2, _, o) =>
    ec2.createRoute({DryRun, RouteTableId, DestinationCidrBlock: NOWHERE, NetworkInterfaceId}, o),
  ),
  trial('CreateRouteTable', (ec2, spec, o) =>
    ec2.createRouteTable({DryRun, VpcId, TagSpecifications: tagged('route-table', spec)}, o),
  ),
  trial('CreateSecurityGroup', (ec2, spec, o) =>
    ec2.createSecurityGroup(
      {DryRun, VpcId, GroupName: 'khw-trial', Description: 'khw', TagSpecifications: tagged('security-group', spec)},
      o,
    ),
  ),
  trial('CreateSubnet', (ec2, spec, o) =>
    ec2.createSubnet({DryRun, VpcId, CidrBlock: NOWHERE, TagSpecifications: tagged('subnet', spec)}, o),
  ),
  trial('CreateTags', (ec2, _, o) =>
    ec2.createTags({DryRun, Resources: [VpcId], Tags: [{Key: 'khw:trial', Value: 'true'}]}, o),
  ),
  certain('CreateVpc', (ec2, spec, o) =>
    ec2.createVpc({DryRun, CidrBlock: spec.network.vpcCidr || NOWHERE, TagSpecifications: tagged('vpc', spec)}, o),
  ),
  trial('DeleteInternetGateway', (ec2, _, o) => ec2.deleteInternetGateway({DryRun, InternetGatewayId}, o)),
  trial('DeleteKeyPair', (ec2, _, o) => ec2.deleteKeyPair({DryRun, KeyName: 'khw-trial'}, o)),
  trial('DeleteNetworkInterface', (ec2, _, o) => ec2.deleteNetworkInterface({DryRun, NetworkInterfaceId}, o)),
  trial('DeleteRoute', (ec2, _, o) => ec2.deleteRoute({DryRun, RouteTableId, DestinationCidrBlock: NOWHERE}, o)),
  trial('DeleteRouteTable', (ec2, _, o) => ec2.deleteRouteTable({DryRun, RouteTableId}, o)),
  trial('DeleteSecurityGroup', (ec2, _, o) => ec2.deleteSecurityGroup({DryRun, GroupId}, o)),
  trial('DeleteSubnet', (ec2, _, o) => ec2.deleteSubnet({DryRun, SubnetId}, o)),
  trial('DeleteVolume', (ec2, _, o) => ec2.deleteVolume({DryRun, VolumeId: `vol-${NONE}`}, o)),
  trial('DeleteVpc', (ec2, _, o) => ec2.deleteVpc({DryRun, VpcId}, o)),
  trial('DetachInternetGateway', (ec2, _, o) => ec2.detachInternetGateway({DryRun, InternetGatewayId, VpcId}, o)),
  trial('DisassociateRouteTable', (ec2, _, o) => ec2.disassociateRouteTable({DryRun, AssociationId}, o)),
  certain('ImportKeyPair', (ec2, spec, o) =>
    ec2.importKeyPair(
      {
        DryRun,
        KeyName: 'khw-trial',
        PublicKeyMaterial: Buffer.from(generateSshKey('khw').publicKey),
        TagSpecifications: tagged('key-pair', spec),
      },
      o,
    ),
  ),
  trial('ModifyInstanceAttribute', (ec2, _, o) =>
    ec2.modifyInstanceAttribute({DryRun, InstanceId, SourceDestCheck: {Value: false}}, o),
  ),
  trial('ReplaceRoute', (ec2, _, o) =>
    ec2.replaceRoute({DryRun, RouteTableId, DestinationCidrBlock: NOWHERE, NetworkInterfaceId}, o),
  ),
  trial('RevokeSecurityGroupEgress', (ec2, _, o) => ec2.revokeSecurityGroupEgress({DryRun, GroupId, IpPermissions}, o)),
  trial('RevokeSecurityGroupIngress', (ec2, _, o) =>
    ec2.revokeSecurityGroupIngress({DryRun, GroupId, IpPermissions}, o),
  ),
  trial('RunInstances', (ec2, spec, o) =>
    ec2.runInstances(
      {
        DryRun,
        MinCount: 1,
        MaxCount: 1,
        ImageId: `ami-${NONE}`,
        InstanceType: spec.workerType as never,
        NetworkInterfaces: [{DeviceIndex: 0, SubnetId, Groups: [GroupId], AssociatePublicIpAddress: true}],
        MetadataOptions: {HttpTokens: 'required'},
        TagSpecifications: (['instance', 'volume', 'network-interface'] as const).flatMap(type => tagged(type, spec)),
      },
      o,
    ),
  ),
  trial('StartInstances', (ec2, _, o) => ec2.startInstances({DryRun, InstanceIds}, o)),
  trial('TerminateInstances', (ec2, _, o) => ec2.terminateInstances({DryRun, InstanceIds}, o)),
]

/** Calls that change something and cannot be tried: the parameter DryRun is not theirs. */
export const UNTRIED: readonly string[] = ['ModifyVpcAttribute']

function trial(operation: string, call: Trial['call']): Trial {
  return {operation, certain: false, call}
}

function certain(operation: string, call: Trial['call']): Trial {
  return {operation, certain: true, call}
}

/** As a resource of the cluster would be, for policies that ask for it. */
function tagged(ResourceType: ResourceType, {name}: ClusterSpec): TagSpecification[] {
  const source = {clusterId: 'trial', clusterName: name, createdAt: '', expiresAt: null, stepId: 'trial', name}
  return [{ResourceType, Tags: stepTags({...source, createdAt: new Date(0).toISOString()})}]
}
