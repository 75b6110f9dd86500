import {associated, attachedTo, keysByName, many, one, taggable, withProfile, type Touch} from './ec2-touches.js'

/**
 * What resources a call of EC2 is about (Service Authorization Reference, "Actions, resources, and condition keys for
 * Amazon EC2"). Calls that are not here are about none: one cannot be allowed them for some resources only.
 */
export const EC2_CALLS: Readonly<Record<string, readonly Touch[]>> = {
  CreateVpc: [{makes: 'vpc'}],
  DescribeVpcAttribute: [one('vpc', 'VpcId')],
  ModifyVpcAttribute: [one('vpc', 'VpcId')],
  DeleteVpc: [one('vpc', 'VpcId')],

  CreateSubnet: [{makes: 'subnet'}, one('vpc', 'VpcId')],
  ModifySubnetAttribute: [one('subnet', 'SubnetId')],
  DeleteSubnet: [one('subnet', 'SubnetId')],

  CreateInternetGateway: [{makes: 'internetGateway'}],
  AttachInternetGateway: [one('internetGateway', 'InternetGatewayId'), one('vpc', 'VpcId')],
  DetachInternetGateway: [one('internetGateway', 'InternetGatewayId'), one('vpc', 'VpcId')],
  DeleteInternetGateway: [one('internetGateway', 'InternetGatewayId')],

  CreateRouteTable: [{makes: 'routeTable'}, one('vpc', 'VpcId')],
  AssociateRouteTable: [one('routeTable', 'RouteTableId'), one('subnet', 'SubnetId')],
  DisassociateRouteTable: associated(),
  ReplaceRouteTableAssociation: [one('routeTable', 'RouteTableId'), ...associated()],
  CreateRoute: [one('routeTable', 'RouteTableId')],
  ReplaceRoute: [one('routeTable', 'RouteTableId')],
  DeleteRoute: [one('routeTable', 'RouteTableId')],
  DeleteRouteTable: [one('routeTable', 'RouteTableId')],

  CreateSecurityGroup: [{makes: 'securityGroup'}, one('vpc', 'VpcId')],
  AuthorizeSecurityGroupIngress: [one('securityGroup', 'GroupId')],
  AuthorizeSecurityGroupEgress: [one('securityGroup', 'GroupId')],
  ModifySecurityGroupRules: [one('securityGroup', 'GroupId')],
  UpdateSecurityGroupRuleDescriptionsIngress: [one('securityGroup', 'GroupId')],
  UpdateSecurityGroupRuleDescriptionsEgress: [one('securityGroup', 'GroupId')],
  RevokeSecurityGroupIngress: [one('securityGroup', 'GroupId')],
  RevokeSecurityGroupEgress: [one('securityGroup', 'GroupId')],
  DeleteSecurityGroup: [one('securityGroup', 'GroupId')],

  ImportKeyPair: [{makes: 'keyPair'}],
  CreateKeyPair: [{makes: 'keyPair'}],
  DeleteKeyPair: [one('keyPair', 'KeyPairId'), {uses: 'keyPair', ids: keysByName}],

  RunInstances: [
    {makes: 'instance'},
    {makes: 'volume'},
    {makes: 'networkInterface'},
    one('image', 'ImageId'),
    {uses: 'keyPair', ids: keysByName},
    {
      uses: 'subnet',
      ids: parameters => [
        ...[parameters.optional('SubnetId') ?? []].flat(),
        ...parameters.groups('NetworkInterface').flatMap(nic => nic.optional('SubnetId') ?? []),
      ],
    },
    {
      uses: 'securityGroup',
      ids: parameters => [
        ...parameters.list('SecurityGroupId'),
        ...parameters.groups('NetworkInterface').flatMap(nic => nic.list('SecurityGroupId')),
      ],
    },
  ],
  AssociateIamInstanceProfile: [one('instance', 'InstanceId')],
  ReplaceIamInstanceProfileAssociation: [{uses: 'instance', ids: withProfile}],
  DisassociateIamInstanceProfile: [{uses: 'instance', ids: withProfile}],
  DescribeInstanceAttribute: [one('instance', 'InstanceId')],
  ModifyInstanceAttribute: [one('instance', 'InstanceId'), many('securityGroup', 'GroupId')],
  ModifyInstanceMetadataOptions: [one('instance', 'InstanceId')],
  ModifyInstanceCreditSpecification: [
    {
      uses: 'instance',
      ids: parameters =>
        parameters.groups('InstanceCreditSpecification').flatMap(entry => entry.optional('InstanceId') ?? []),
    },
  ],
  StartInstances: [many('instance', 'InstanceId')],
  StopInstances: [many('instance', 'InstanceId')],
  RebootInstances: [many('instance', 'InstanceId')],
  TerminateInstances: [many('instance', 'InstanceId')],
  GetConsoleOutput: [one('instance', 'InstanceId')],

  CreateNetworkInterface: [
    {makes: 'networkInterface'},
    one('subnet', 'SubnetId'),
    many('securityGroup', 'SecurityGroupId'),
  ],
  DescribeNetworkInterfaceAttribute: [one('networkInterface', 'NetworkInterfaceId')],
  AttachNetworkInterface: [one('networkInterface', 'NetworkInterfaceId'), one('instance', 'InstanceId')],
  DetachNetworkInterface: attachedTo(),
  AssignPrivateIpAddresses: [one('networkInterface', 'NetworkInterfaceId')],
  UnassignPrivateIpAddresses: [one('networkInterface', 'NetworkInterfaceId')],
  ModifyNetworkInterfaceAttribute: [
    one('networkInterface', 'NetworkInterfaceId'),
    many('securityGroup', 'SecurityGroupId'),
  ],
  DeleteNetworkInterface: [one('networkInterface', 'NetworkInterfaceId')],
  AllocateAddress: [{makes: 'address'}],
  AssociateAddress: [
    one('address', 'AllocationId'),
    one('instance', 'InstanceId'),
    one('networkInterface', 'NetworkInterfaceId'),
  ],
  DisassociateAddress: [
    {
      uses: 'address',
      ids: (parameters, state) => {
        const id = parameters.optional('AssociationId') ?? ''
        const address = Object.values(state.addresses).find(({association}) => association?.associationId === id)
        return [address?.allocationId ?? id]
      },
    },
  ],
  ReleaseAddress: [one('address', 'AllocationId')],
  CreateVolume: [{makes: 'volume'}],
  ModifyVolume: [one('volume', 'VolumeId')],
  AttachVolume: [one('volume', 'VolumeId'), one('instance', 'InstanceId')],
  DetachVolume: [one('volume', 'VolumeId'), one('instance', 'InstanceId')],
  DeleteVolume: [one('volume', 'VolumeId')],

  CreateTags: taggable(),
  DeleteTags: taggable(),
}
