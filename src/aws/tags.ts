import type {Tag} from '@aws-sdk/client-ec2'

/** The tags by which khw knows its own; they go in the create call of every resource. */
export const CLUSTER_ID_TAG = 'khw:cluster-id'
export const CLUSTER_NAME_TAG = 'khw:cluster'
export const STEP_TAG = 'khw:step'
export const MANAGED_TAG = 'khw:managed'

export function stepTags(of: {clusterId: string; clusterName: string; stepId: string; name: string}): Tag[] {
  return [
    {Key: 'Name', Value: of.name},
    {Key: MANAGED_TAG, Value: 'true'},
    {Key: CLUSTER_ID_TAG, Value: of.clusterId},
    {Key: CLUSTER_NAME_TAG, Value: of.clusterName},
    {Key: STEP_TAG, Value: of.stepId},
  ]
}

export function tagValue(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find(tag => tag.Key === key)?.Value
}
