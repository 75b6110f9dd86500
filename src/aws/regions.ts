import type {EC2} from '@aws-sdk/client-ec2'

/**
 * The public regions, as the SDK's table of endpoints had them in November 2026 (@aws-sdk/core, partitions). A name that is
 * not among them may be that of a newer region.
 */
export const KNOWN_REGIONS: readonly string[] = [
  'af-south-1',
  ...['ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2'],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6'],
  'ap-southeast-7',
  ...['ca-central-1', 'ca-west-1'],
  ...['cn-north-1', 'cn-northwest-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  'eusc-de-east-1',
  'il-central-1',
  ...['me-central-1', 'me-south-1', 'me-west-1'],
  'mx-central-1',
  ...['sa-east-1', 'sa-west-1'],
  ...['us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-west-1', 'us-west-2'],
]

/** One that has always been there, of the same partition: credentials of one are none in another. */
export function homeRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1'
  if (region.startsWith('us-gov-')) return 'us-gov-west-1'
  return region.startsWith('eusc-') ? 'eusc-de-east-1' : 'us-east-1'
}

/** Where EC2 of a region answers, if there is that region. */
export function ec2Endpoint(region: string): string {
  const domain = region.startsWith('cn-')
    ? 'amazonaws.com.cn'
    : region.startsWith('eusc-')
      ? 'amazonaws.eu'
      : 'amazonaws.com'
  return `https://ec2.${region}.${domain}/`
}

/** Every region there is now, whether it is enabled for the account or not (EC2 DescribeRegions). */
export async function allRegions(ec2: EC2, signal: AbortSignal): Promise<readonly string[]> {
  const {Regions = []} = await ec2.describeRegions({AllRegions: true}, {abortSignal: signal})
  return Regions.flatMap(({RegionName}) => RegionName ?? [])
}
