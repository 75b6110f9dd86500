import type {EC2, Image} from '@aws-sdk/client-ec2'
import {
  familyOf,
  IMAGE_FAMILIES,
  IMAGE_FAMILY_NAMES,
  isImageFamily,
  type ImageFamilyName,
} from '../cluster/image-families.js'
import type {Architecture} from '../cluster/spec.js'
import {awsErrorCode} from './errors.js'

/** A machine image as the region has it (DescribeImages). */
export interface FoundImage {
  readonly imageId: string
  readonly name: string
  /** Undefined for an image of nobody that khw knows: its login user has to be said. */
  readonly family: ImageFamilyName | undefined
  readonly architecture: Architecture | undefined
  /** `/dev/xvda`; undefined if its root is not a volume. */
  readonly rootDeviceName: string | undefined
  /** GiB: its root volume can be larger, never smaller. */
  readonly sizeGib: number
  /** ISO 8601. */
  readonly createdAt: string
}

/** A family's newest image of the architecture, or the image with that id; undefined if the region has none. */
export async function findImage(
  ec2: EC2,
  image: string,
  architecture: Architecture,
  signal: AbortSignal,
): Promise<FoundImage | undefined> {
  if (!isImageFamily(image)) return imageById(ec2, image, signal)
  const {ownerId, names} = IMAGE_FAMILIES[image]
  return newest(await imagesNamed(ec2, [ownerId], [names(architecture)], signal))
}

/** The families of which the region has an image of the architecture. */
export async function familiesIn(
  ec2: EC2,
  architecture: Architecture,
  signal: AbortSignal,
): Promise<readonly ImageFamilyName[]> {
  const all = IMAGE_FAMILY_NAMES.map(name => IMAGE_FAMILIES[name])
  const owners = [...new Set(all.map(family => family.ownerId))]
  const found = await imagesNamed(
    ec2,
    owners,
    all.map(family => family.names(architecture)),
    signal,
  )
  return IMAGE_FAMILY_NAMES.filter(family => found.some(image => image.family === family))
}

async function imageById(ec2: EC2, imageId: string, signal: AbortSignal): Promise<FoundImage | undefined> {
  try {
    const {Images = []} = await ec2.describeImages({ImageIds: [imageId]}, {abortSignal: signal})
    return newest(Images.filter(image => image.State === 'available').flatMap(foundImage))
  } catch (error) {
    if (awsErrorCode(error)?.startsWith('InvalidAMIID.') === true) return undefined
    throw error
  }
}

async function imagesNamed(
  ec2: EC2,
  Owners: string[],
  names: string[],
  signal: AbortSignal,
): Promise<readonly FoundImage[]> {
  const Filters = [
    {Name: 'name', Values: names},
    {Name: 'state', Values: ['available']},
  ]
  const {Images = []} = await ec2.describeImages({Owners, Filters}, {abortSignal: signal})
  return Images.flatMap(foundImage)
}

function newest(images: readonly FoundImage[]): FoundImage | undefined {
  return [...images].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]
}

function foundImage(image: Image): FoundImage[] {
  const {ImageId, Name = '', OwnerId = '', Architecture: architecture, RootDeviceType, RootDeviceName} = image
  if (ImageId === undefined) return []
  const root = image.BlockDeviceMappings?.find(mapping => mapping.DeviceName === RootDeviceName)
  return [
    {
      imageId: ImageId,
      name: Name,
      family: familyOf(OwnerId, Name),
      architecture: architecture === 'x86_64' ? 'amd64' : architecture === 'arm64' ? 'arm64' : undefined,
      rootDeviceName: RootDeviceType === 'ebs' ? RootDeviceName : undefined,
      sizeGib: root?.Ebs?.VolumeSize ?? 0,
      createdAt: image.CreationDate ?? '',
    },
  ]
}
