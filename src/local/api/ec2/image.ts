import {action} from '../action.js'
import {IMAGE_SIZE_GIB, type MachineImage} from '../image.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {XmlElement} from '../xml.js'

const listing: Listing<MachineImage> = {
  kind: 'image',
  idOf: image => image.imageId,
  fields: {
    'image-id': image => image.imageId,
    name: image => image.name,
    description: image => image.name,
    architecture: image => image.architecture,
    'owner-id': image => image.ownerId,
    'creation-date': image => image.creationDate,
    'root-device-name': image => image.rootDeviceName,
    'root-device-type': () => 'ebs',
    'virtualization-type': () => 'hvm',
    'image-type': () => 'machine',
    hypervisor: () => 'xen',
    'is-public': () => true,
    state: () => 'available',
    'ena-support': () => true,
    'block-device-mapping.device-name': image => image.rootDeviceName,
    'block-device-mapping.delete-on-termination': () => true,
    'block-device-mapping.volume-size': () => IMAGE_SIZE_GIB,
    'block-device-mapping.volume-type': () => 'gp3',
    'block-device-mapping.encrypted': () => false,
    'manifest-location': image => `${image.ownerId}/${image.name}`,
    ...absent(
      'block-device-mapping.snapshot-id',
      'boot-mode',
      'kernel-id',
      'owner-alias',
      'platform',
      'product-code',
      'product-code.type',
      'ramdisk-id',
      'source-instance-id',
      'sriov-net-support',
      'state-reason-code',
      'state-reason-message',
    ),
  },
  tagsOf: () => [],
}

export const imageActions = [
  action(
    'DescribeImages',
    parameters => {
      parameters.ignore('IncludeDeprecated', 'IncludeDisabled', 'ExecutableBy')
      return {owners: parameters.list('Owner'), request: listingRequest(parameters, 'ImageId')}
    },
    ({owners, request}, region) => {
      const {accountId} = region.store.state
      const ownerIds = owners.map(owner => (owner === 'self' ? accountId : owner))
      const filters = [...request.filters, ...(owners.length === 0 ? [] : [{name: 'owner-id', values: ownerIds}])]
      const page = listItems({...request, filters}, region.images, listing)
      return {imagesSet: page.items.map(describeImage), nextToken: page.nextToken}
    },
  ),
]

function describeImage(image: MachineImage): XmlElement {
  return {
    imageId: image.imageId,
    imageLocation: `${image.ownerId}/${image.name}`,
    imageState: 'available',
    imageOwnerId: image.ownerId,
    name: image.name,
    creationDate: image.creationDate,
    isPublic: true,
    architecture: image.architecture,
    imageType: 'machine',
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [
      {
        deviceName: image.rootDeviceName,
        ebs: {deleteOnTermination: true, volumeSize: IMAGE_SIZE_GIB, volumeType: 'gp3', encrypted: false},
      },
    ],
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
  }
}
