import {EC2, type Instance} from '@aws-sdk/client-ec2'
import {ElasticLoadBalancingV2} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Khw} from './khw.js'

export interface RegionClient {
  readonly ec2: EC2
  readonly elb: ElasticLoadBalancingV2
  /** Instances of a cluster that are not terminated, by node name. */
  machines(cluster: string): Promise<ReadonlyMap<string, Instance>>
}

/** A plain EC2 client of the local region, with what `khw local env` says. */
export async function regionClient(khw: Khw): Promise<RegionClient> {
  const env = JSON.parse(await khw.succeed('local', 'env', '--json')) as {
    endpoint: string
    region: string
    accessKeyId: string
    secretAccessKey: string
  }
  const config = {
    region: env.region,
    endpoint: env.endpoint,
    credentials: {accessKeyId: env.accessKeyId, secretAccessKey: env.secretAccessKey},
  }
  const ec2 = new EC2(config)
  return {
    ec2,
    elb: new ElasticLoadBalancingV2(config),
    async machines(cluster) {
      const {Reservations = []} = await ec2.describeInstances({
        Filters: [{Name: 'tag:khw:cluster', Values: [cluster]}],
      })
      const machines = Reservations.flatMap(r => r.Instances ?? []).filter(i => i.State?.Name !== 'terminated')
      const named = machines.map(
        machine =>
          [
            (machine.Tags ?? []).find(t => t.Key === 'khw:step')?.Value?.replace('compute/instance/', '') ?? '?',
            machine,
          ] as const,
      )
      const byNode = new Map(named)
      if (byNode.size !== machines.length)
        throw new Error(`there are duplicates among ${named.map(([n]) => n).join(', ')}`)
      return byNode
    },
  }
}
