import type {EC2, Tag} from '@aws-sdk/client-ec2'
import {filterInventory, inventoryOf, type Inventory} from '../aws/inventory.js'
import {specOfTags, type SpecRecord} from '../aws/spec-tags.js'
import {CLUSTER_ID_TAG, CLUSTER_NAME_TAG, CREATED_TAG, EXPIRES_TAG, tagValue} from '../aws/tags.js'

/** A cluster as a region knows it: by the tags on its resources alone. */
export interface TaggedCluster {
  readonly clusterId: string
  readonly name: string
  /** ISO 8601; null where no tag says so. */
  readonly createdAt: string | null
  readonly expiresAt: string | null
  /** What it was asked to be; undefined where its VPC is gone. */
  readonly record: SpecRecord | undefined
  readonly inventory: Inventory
}

/** All clusters of khw in a region, whoever made them, sorted by name and id. */
export async function findClusters(ec2: EC2, signal: AbortSignal): Promise<readonly TaggedCluster[]> {
  const all = await inventoryOf(ec2, [{Name: 'tag-key', Values: [CLUSTER_ID_TAG]}], signal)
  const tagged = taggedIds(all)
  const clusterIds = [...new Set(tagged.map(({tags}) => tagValue(tags, CLUSTER_ID_TAG) ?? ''))]
  return clusterIds
    .map(clusterId => {
      const own = tagged.filter(({tags}) => tagValue(tags, CLUSTER_ID_TAG) === clusterId)
      const ids = new Set(own.map(({id}) => id))
      const inventory = filterInventory(all, id => ids.has(id))
      const first = (key: string): string | null =>
        own.map(({tags}) => tagValue(tags, key)).find(value => value !== undefined) ?? null
      return {
        clusterId,
        name: first(CLUSTER_NAME_TAG) ?? clusterId,
        createdAt: first(CREATED_TAG),
        expiresAt: first(EXPIRES_TAG),
        record: inventory.vpcs.map(vpc => specOfTags(vpc.Tags)).find(record => record !== undefined),
        inventory,
      }
    })
    .sort((a, b) => (`${a.name} ${a.clusterId}` < `${b.name} ${b.clusterId}` ? -1 : 1))
}

function taggedIds(all: Inventory): {id: string; tags: Tag[]}[] {
  const of = <T>(resources: readonly T[], id: (r: T) => string | undefined, tags: (r: T) => Tag[] | undefined) =>
    resources.map(resource => ({id: id(resource) ?? '', tags: tags(resource) ?? []}))
  return [
    ...of(
      all.vpcs,
      v => v.VpcId,
      v => v.Tags,
    ),
    ...of(
      all.subnets,
      s => s.SubnetId,
      s => s.Tags,
    ),
    ...of(
      all.internetGateways,
      g => g.InternetGatewayId,
      g => g.Tags,
    ),
    ...of(
      all.routeTables,
      t => t.RouteTableId,
      t => t.Tags,
    ),
    ...of(
      all.securityGroups,
      g => g.GroupId,
      g => g.Tags,
    ),
    ...of(
      all.keyPairs,
      k => k.KeyPairId,
      k => k.Tags,
    ),
    ...of(
      all.instances,
      i => i.InstanceId,
      i => i.Tags,
    ),
    ...of(
      all.volumes,
      v => v.VolumeId,
      v => v.Tags,
    ),
    ...of(
      all.networkInterfaces,
      i => i.NetworkInterfaceId,
      i => i.TagSet,
    ),
  ]
}
