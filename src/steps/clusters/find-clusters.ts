import type {Tag} from '@aws-sdk/client-ec2'
import type {ResourceClients} from '../../aws/clients.js'
import type {RegionAccess} from '../../cluster/provider.js'
import {KhwError} from '../../errors.js'
import {filterInventory, inventoryOf, resourcesOf, type Inventory} from '../../aws/inventory.js'
import {holdsSpec, specOfTags, type SpecRecord} from '../../aws/spec-tags.js'
import {CLUSTER_ID_TAG, CLUSTER_NAME_TAG, CREATED_TAG, EXPIRES_TAG, NEVER, tagValue} from '../../aws/tags.js'

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
export async function findClusters(from: ResourceClients, signal: AbortSignal): Promise<readonly TaggedCluster[]> {
  const all = await inventoryOf(from, {anyCluster: true}, signal)
  const tagged = resourcesOf(all)
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
        expiresAt: latestExpiry(own),
        record: specHolders(inventory)
          .map(({tags}) => specOfTags(tags))
          .find(record => record !== undefined),
        inventory,
      }
    })
    .sort((a, b) => (`${a.name} ${a.clusterId}` < `${b.name} ${b.clusterId}` ? -1 : 1))
}

/** The resources that say what their cluster was asked to be, by their tags. */
export function specHolders(inventory: Inventory): readonly {readonly id: string; readonly tags: readonly Tag[]}[] {
  return resourcesOf(inventory).filter(({tags}) => holdsSpec(tags))
}

/** While an extension is under way some of its resources have the new expiry and some the old: the later one counts. */
export function latestExpiry(resources: readonly {readonly tags: readonly Tag[]}[]): string | null {
  const said = resources.flatMap(({tags}) => tagValue(tags, EXPIRES_TAG) ?? [])
  if (said.includes(NEVER)) return null
  return said.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null
}

/** The one of that id or name; undefined if there is none. Throws CLUSTER_AMBIGUOUS, with what to type: `command` and so on. */
export function onlyCluster(
  found: readonly TaggedCluster[],
  {name, id}: {readonly name: string; readonly id: string | undefined},
  command: string,
  {provider, region}: Pick<RegionAccess, 'provider' | 'region'>,
): TaggedCluster | undefined {
  const meant = found.filter(cluster => (id === undefined ? cluster.name === name : cluster.clusterId === id))
  const [first, ...others] = meant
  if (first === undefined || others.length === 0) return first
  const ids = meant.map(cluster => `${cluster.clusterId} (made ${cluster.createdAt ?? 'some time ago'})`)
  throw new KhwError(
    'CLUSTER_AMBIGUOUS',
    `There are several clusters "${name}" in ${region}:\n${ids.join('\n')}`,
    [`Say which one: ${command} ${name} --id ${first.clusterId} --provider ${provider} --region ${region}`],
    {exit: 2},
  )
}
