import type {Action} from '../action.js'
import {queryAction} from '../action.js'
import {accessKeyActions} from './access-key.js'
import {attachmentActions} from './attachment.js'
import {inlinePolicyActions} from './inline-policy.js'
import {instanceProfileActions} from './instance-profile.js'
import {managedPolicyActions} from './managed-policy.js'
import {iamPage} from './paging.js'
import {policyVersionActions} from './policy-version.js'
import {roleActions} from './role.js'
import {serviceLinkedRoleActions} from './service-linked-role.js'
import {simulationActions} from './simulation.js'
import {iamTagActions} from './tags.js'
import {userActions} from './user.js'

/** Everything the region's IAM can do. */
export const iamActions: readonly Action[] = [
  ...userActions,
  ...accessKeyActions,
  ...roleActions,
  ...serviceLinkedRoleActions,
  ...instanceProfileActions,
  ...managedPolicyActions,
  ...policyVersionActions,
  ...inlinePolicyActions,
  ...attachmentActions,
  ...iamTagActions,
  ...simulationActions,
  queryAction('ListAccountAliases', iamPage, () => ({AccountAliases: [], IsTruncated: false})),
]
