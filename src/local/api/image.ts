/** The machine image every instance of the region boots, as DescribeImages shows it. */
export interface MachineImage {
  /** `ami-` and 8 or 17 hex digits. */
  readonly imageId: string
  /** `debian-12-amd64-20261101-1`: Debian's own pattern. */
  readonly name: string
  /** Debian's account, 136693071363, whose images these stand for. */
  readonly ownerId: string
  readonly architecture: 'x86_64' | 'arm64'
  /** ISO 8601. */
  readonly creationDate: string
  /** `/dev/xvda` */
  readonly rootDeviceName: string
}

/** GiB of the image's snapshot: a root volume cannot be smaller. */
export const IMAGE_SIZE_GIB = 8

/** The public SSM parameter Debian publishes the image's id under; undefined if its name is not Debian's. */
export function parameterNameOf(image: MachineImage): string | undefined {
  const [, release, architecture] = /^debian-(\d+)-(amd64|arm64)-/.exec(image.name) ?? []
  return release === undefined || architecture === undefined
    ? undefined
    : `/aws/service/debian/release/${release}/latest/${architecture}`
}
