import type {Action} from './action.js'
import {addressActions} from './ec2/address.js'
import {addressAssociationActions} from './ec2/address-association.js'
import {creditSpecificationActions} from './ec2/credit-specification.js'
import {dhcpOptionsActions} from './ec2/dhcp-options.js'
import {iamInstanceProfileActions} from './ec2/iam-instance-profile.js'
import {imageActions} from './ec2/image.js'
import {instanceActions} from './ec2/instance.js'
import {instanceAttributeActions} from './ec2/instance-attribute.js'
import {instanceStateActions} from './ec2/instance-state.js'
import {instanceStatusActions} from './ec2/instance-status.js'
import {instanceTypeActions} from './ec2/instance-type.js'
import {internetGatewayActions} from './ec2/internet-gateway.js'
import {keyPairActions} from './ec2/key-pair.js'
import {metadataOptionsActions} from './ec2/metadata-options.js'
import {networkAclActions} from './ec2/network-acl.js'
import {networkInterfaceActions} from './ec2/network-interface.js'
import {networkInterfaceAttachmentActions} from './ec2/network-interface-attachment.js'
import {networkInterfaceAttributeActions} from './ec2/network-interface-attribute.js'
import {regionAndZoneActions} from './ec2/region-and-zone.js'
import {routeActions} from './ec2/route.js'
import {routeTableActions} from './ec2/route-table.js'
import {runInstancesActions} from './ec2/run-instances.js'
import {securityGroupActions} from './ec2/security-group.js'
import {securityGroupRuleActions} from './ec2/security-group-rule.js'
import {securityGroupRuleChangeActions} from './ec2/security-group-rule-change.js'
import {subnetActions} from './ec2/subnet.js'
import {tagActions} from './ec2/tag.js'
import {volumeActions} from './ec2/volume.js'
import {volumeAttachmentActions} from './ec2/volume-attachment.js'
import {volumeModificationActions} from './ec2/volume-modification.js'
import {vpcActions} from './ec2/vpc.js'
import {vpcAttachmentActions} from './ec2/vpc-attachments.js'

/** Everything the region's EC2 can do. */
export const actions: readonly Action[] = [
  ...regionAndZoneActions,
  ...vpcActions,
  ...dhcpOptionsActions,
  ...networkAclActions,
  ...subnetActions,
  ...internetGatewayActions,
  ...routeTableActions,
  ...routeActions,
  ...securityGroupActions,
  ...securityGroupRuleActions,
  ...securityGroupRuleChangeActions,
  ...keyPairActions,
  ...imageActions,
  ...instanceTypeActions,
  ...runInstancesActions,
  ...iamInstanceProfileActions,
  ...instanceActions,
  ...instanceStatusActions,
  ...instanceAttributeActions,
  ...instanceStateActions,
  ...metadataOptionsActions,
  ...creditSpecificationActions,
  ...networkInterfaceActions,
  ...networkInterfaceAttributeActions,
  ...networkInterfaceAttachmentActions,
  ...addressActions,
  ...addressAssociationActions,
  ...volumeActions,
  ...volumeAttachmentActions,
  ...volumeModificationActions,
  ...tagActions,
  ...vpcAttachmentActions,
]
