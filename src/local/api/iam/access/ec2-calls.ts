import type {NetworkInterface, RegionState} from '../../../model.js'
import type {Parameters} from '../../parameters.js'
import {KINDS, taggedResources, type KindName} from '../../resource-kinds.js'

/** A kind of resource that a call makes, or the resources that it names. */
export type Touch =
  | {readonly makes: KindName}
  | {readonly uses: KindName; readonly ids: (parameters: Parameters, state: RegionState) => readonly string[]}

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
  DeleteVolume: [one('volume', 'VolumeId')],

  CreateTags: taggable(),
  DeleteTags: taggable(),
}

function one(kind: KindName, parameter: string): Touch {
  return {
    uses: kind,
    ids: parameters => {
      const id = parameters.optional(parameter)
      return id === undefined ? [] : [id]
    },
  }
}

function many(kind: KindName, parameter: string): Touch {
  return {uses: kind, ids: parameters => parameters.list(parameter)}
}

function keysByName(parameters: Parameters, state: RegionState): readonly string[] {
  const name = parameters.optional('KeyName')
  // A key is known by its name, too; one that is not there is named by what was sent.
  if (name === undefined) return []
  return [Object.values(state.keyPairs).find(pair => pair.keyName === name)?.keyPairId ?? name]
}

/** The interface and the instance that belong together; of an attachment that does not exist, an interface that does not either. */
function attachedTo(): readonly Touch[] {
  const found = (parameters: Parameters, state: RegionState): readonly NetworkInterface[] => {
    const id = parameters.optional('AttachmentId')
    return Object.values(state.networkInterfaces).filter(nic => nic.attachment?.attachmentId === id)
  }
  return [
    {
      uses: 'networkInterface',
      ids: (parameters, state) => {
        const ids = found(parameters, state).map(nic => nic.networkInterfaceId)
        return ids.length > 0 ? ids : [parameters.optional('AttachmentId') ?? '']
      },
    },
    {
      uses: 'instance',
      ids: (parameters, state) => found(parameters, state).flatMap(nic => nic.attachment?.instanceId ?? []),
    },
  ]
}

/** The route table and the subnet that belong together; of an association that does not exist, a table that does not either. */
function associated(): readonly Touch[] {
  const tables = (parameters: Parameters, state: RegionState): readonly string[] => {
    const found = association(parameters, state).map(([table]) => table)
    return found.length > 0 ? found : [parameters.optional('AssociationId') ?? '']
  }
  return [
    {uses: 'routeTable', ids: tables},
    {uses: 'subnet', ids: (parameters, state) => association(parameters, state).flatMap(([, subnet]) => subnet ?? [])},
  ]
}

function association(parameters: Parameters, state: RegionState): readonly (readonly [string, string | undefined])[] {
  const id = parameters.optional('AssociationId')
  return Object.values(state.routeTables).flatMap(table =>
    table.associations
      .filter(association => association.routeTableAssociationId === id)
      .map(({subnetId}) => [table.routeTableId, subnetId] as const),
  )
}

/** Whatever has tags, each kind by the ids that are of it. */
function taggable(): readonly Touch[] {
  return (Object.keys(KINDS) as KindName[]).map(kind => ({
    uses: kind,
    ids: (parameters, state) => {
      const known = new Map(taggedResources(state).map(([name, id]) => [id, name]))
      return parameters.list('ResourceId').filter(id => (known.get(id) ?? kindByPrefix(id)) === kind)
    },
  }))
}

function kindByPrefix(id: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find(kind => id.startsWith(`${KINDS[kind].prefix}-`))
}
