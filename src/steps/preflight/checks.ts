import {addressRanges} from './address-ranges.js'
import {artifactHosts} from './artifact-hosts.js'
import type {Check} from './check.js'
import {clockSkew} from './clock-skew.js'
import {credentials} from './credentials.js'
import {identity} from './identity.js'
import {machineImage} from './machine-image.js'
import {machines} from './machines.js'
import {freeName} from './name.js'
import {network} from './network.js'
import {nodeProxy} from './node-proxy.js'
import {operatorAddress} from './operator-address.js'
import {permissions} from './permissions.js'
import {policyKernel} from './policy-kernel.js'
import {quotas} from './quotas.js'
import {sessionManager} from './session-manager.js'
import {thisMachine} from './this-machine.js'

/** Everything that is looked at before the first thing is made, in the order in which it is told. */
export const CHECKS: readonly Check[] = [
  identity,
  credentials,
  clockSkew,
  permissions,
  freeName,
  network,
  machines,
  machineImage,
  sessionManager,
  thisMachine,
  ...quotas,
  addressRanges,
  operatorAddress,
  nodeProxy,
  policyKernel,
  artifactHosts,
]
