import type {Architecture, ClusterSpec} from './spec.js'

/** A line of machine images that khw knows how to live in. */
export interface ImageFamily {
  /** For people. */
  readonly title: string
  /** Account that publishes it. */
  readonly ownerId: string
  /** Names of its images of an architecture, as the filter `name` of DescribeImages takes them: `*` is any text. */
  readonly names: (architecture: Architecture) => string
  /** Whom cloud-init gives the key to. */
  readonly loginUser: string
  /** Whether its images have the agent of AWS Systems Manager. */
  readonly hasSsmAgent: boolean
}

/** In EC2's words. */
const EC2_ARCHITECTURE: Readonly<Record<Architecture, string>> = {amd64: 'x86_64', arm64: 'arm64'}

/**
 * All there are. Sources: wiki.debian.org/Cloud/AmazonEC2Image, documentation.ubuntu.com/aws ("Find Ubuntu images"), and
 * the Amazon Linux 2023 user guide ("AL2023 on Amazon EC2"). What packages they lack is in templates/fetch-script.ts.
 */
export const IMAGE_FAMILIES = {
  'debian-12': {
    title: 'Debian 12',
    ownerId: '136693071363',
    names: architecture => `debian-12-${architecture}-*`,
    loginUser: 'admin',
    hasSsmAgent: false,
  },
  'debian-13': {
    title: 'Debian 13',
    ownerId: '136693071363',
    names: architecture => `debian-13-${architecture}-*`,
    loginUser: 'admin',
    hasSsmAgent: false,
  },
  'ubuntu-24.04': {
    title: 'Ubuntu 24.04',
    ownerId: '099720109477',
    names: architecture => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${architecture}-server-*`,
    loginUser: 'ubuntu',
    hasSsmAgent: true,
  },
  al2023: {
    title: 'Amazon Linux 2023',
    ownerId: '137112412989',
    names: architecture => `al2023-ami-2023.*-kernel-6.1-${EC2_ARCHITECTURE[architecture]}`,
    loginUser: 'ec2-user',
    hasSsmAgent: true,
  },
} as const satisfies Readonly<Record<string, ImageFamily>>

export type ImageFamilyName = keyof typeof IMAGE_FAMILIES

export const DEFAULT_IMAGE: ImageFamilyName = 'debian-12'

/** What `--image` may say besides the id of an image. */
export const IMAGE_FAMILY_NAMES = Object.keys(IMAGE_FAMILIES) as readonly ImageFamilyName[]

export function isImageFamily(image: string): image is ImageFamilyName {
  return Object.hasOwn(IMAGE_FAMILIES, image)
}

/** `ami-` and hexadecimal digits: 17 nowadays, 8 of old. */
export function isImageId(image: string): boolean {
  return /^ami-([0-9a-f]{17}|[0-9a-f]{8})$/.test(image)
}

/** The family whose images have that owner and such a name; undefined for everybody else's images. */
export function familyOf(ownerId: string, name: string): ImageFamilyName | undefined {
  return IMAGE_FAMILY_NAMES.find(family => {
    const {ownerId: owner, names} = IMAGE_FAMILIES[family]
    return owner === ownerId && (['amd64', 'arm64'] as const).some(each => matches(names(each), name))
  })
}

/**
 * The region whose agent of Systems Manager a cluster's nodes install; undefined where their images have one, or need none.
 * `family`: of its image; undefined for one of the user's own, which brings what it needs.
 */
export function agentRegion(
  {ssm, region}: Pick<ClusterSpec, 'ssm' | 'region'>,
  family: ImageFamilyName | undefined,
): string | undefined {
  return ssm === true && family !== undefined && !IMAGE_FAMILIES[family].hasSsmAgent ? region : undefined
}

/** The login user of the cluster's machines. A spec says so where the image does not. */
export function loginUserOf({image = DEFAULT_IMAGE, loginUser}: Pick<ClusterSpec, 'image' | 'loginUser'>): string {
  if (loginUser !== undefined) return loginUser
  return IMAGE_FAMILIES[isImageFamily(image) ? image : DEFAULT_IMAGE].loginUser
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}
