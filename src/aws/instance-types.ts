import type {EC2} from '@aws-sdk/client-ec2'
import type {Architecture} from '../cluster/spec.js'

/** What EC2 says of an instance type (DescribeInstanceTypes). */
export interface InstanceTypeFacts {
  readonly name: string
  /** Undefined for one that can run neither, such as a Mac. */
  readonly architecture: Architecture | undefined
  readonly vcpus: number
  readonly memoryMib: number
}

/** By name, of those types that the region has: a name it does not know is missing. */
export async function instanceTypes(
  ec2: EC2,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, InstanceTypeFacts>> {
  const facts = new Map<string, InstanceTypeFacts>()
  let NextToken: string | undefined
  do {
    // By filter: named outright, one unknown type would be all that the answer tells of.
    const page = await ec2.describeInstanceTypes(
      {Filters: [{Name: 'instance-type', Values: [...names]}], ...(NextToken === undefined ? {} : {NextToken})},
      {abortSignal: signal},
    )
    for (const {InstanceType: name, ProcessorInfo, VCpuInfo, MemoryInfo} of page.InstanceTypes ?? []) {
      if (name === undefined) continue
      facts.set(name, {
        name,
        architecture: architectureOf(ProcessorInfo?.SupportedArchitectures ?? []),
        vcpus: VCpuInfo?.DefaultVCpus ?? 0,
        memoryMib: MemoryInfo?.SizeInMiB ?? 0,
      })
    }
    NextToken = page.NextToken
  } while (NextToken)
  return facts
}

/** The availability zones in which the region offers each type, sorted; a type that it offers nowhere is missing. */
export async function offeringZones(
  ec2: EC2,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const zones = new Map<string, string[]>()
  let NextToken: string | undefined
  do {
    const page = await ec2.describeInstanceTypeOfferings(
      {
        LocationType: 'availability-zone',
        Filters: [{Name: 'instance-type', Values: [...names]}],
        ...(NextToken === undefined ? {} : {NextToken}),
      },
      {abortSignal: signal},
    )
    for (const {InstanceType: name, Location: zone} of page.InstanceTypeOfferings ?? [])
      if (name !== undefined && zone !== undefined) zones.set(name, [...(zones.get(name) ?? []), zone].sort())
    NextToken = page.NextToken
  } while (NextToken)
  return zones
}

/** Some old types run 32-bit programs too. */
function architectureOf(supported: readonly string[]): Architecture | undefined {
  if (supported.includes('x86_64')) return 'amd64'
  return supported.includes('arm64') ? 'arm64' : undefined
}
