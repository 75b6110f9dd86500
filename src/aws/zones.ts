import type {EC2} from '@aws-sdk/client-ec2'

/** Names of the region's availability zones that can be used, sorted; local zones and the like are left out. */
export async function availabilityZones(ec2: EC2, signal: AbortSignal): Promise<readonly string[]> {
  const Filters = [
    {Name: 'state', Values: ['available']},
    {Name: 'zone-type', Values: ['availability-zone']},
  ]
  const {AvailabilityZones = []} = await ec2.describeAvailabilityZones({Filters}, {abortSignal: signal})
  return AvailabilityZones.flatMap(zone => zone.ZoneName ?? []).sort()
}
