import type {Tag} from '@aws-sdk/client-ec2'

/** The tags by which khw knows its own; they go in the create call of every resource. */
export const CLUSTER_ID_TAG = 'khw:cluster-id'
export const CLUSTER_NAME_TAG = 'khw:cluster'
export const STEP_TAG = 'khw:step'
export const MANAGED_TAG = 'khw:managed'

/**
 * ISO 8601: when its cluster was begun, and until when it is wanted; without the second, or with NEVER, it is wanted until
 * it is destroyed.
 */
export const CREATED_TAG = 'khw:created-at'
export const EXPIRES_TAG = 'khw:expires-at'
/** The expiry of what had one once. No time, so that whoever reads it as one finds no reason to delete anything. */
export const NEVER = 'never'

export interface TagSource {
  readonly clusterId: string
  readonly clusterName: string
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly stepId: string
  /** For people. */
  readonly name: string
}

/** As all services take them. */
export interface WholeTag {
  Key: string
  Value: string
}

export function stepTags(of: TagSource): WholeTag[] {
  return [
    {Key: 'Name', Value: of.name},
    {Key: MANAGED_TAG, Value: 'true'},
    {Key: CLUSTER_ID_TAG, Value: of.clusterId},
    {Key: CLUSTER_NAME_TAG, Value: of.clusterName},
    {Key: CREATED_TAG, Value: of.createdAt},
    ...(of.expiresAt === null ? [] : [{Key: EXPIRES_TAG, Value: of.expiresAt}]),
    {Key: STEP_TAG, Value: of.stepId},
  ]
}

export function tagValue(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find(tag => tag.Key === key)?.Value
}
