import type {ClusterNode} from '../../cluster/addressing.js'
import {drawHostKey} from '../../ssh/host-key.js'
import {cloudConfig} from '../../templates/cloud-config.js'
import type {StepContext} from '../engine/context.js'

interface Stored {
  readonly clientToken: string
  readonly text: string
}

/**
 * The user data of one launch. Kept by its client token, among the secrets because it holds the host key: a call that is
 * repeated must be byte-identical to the first, and a machine that is launched anew has a host key of its own.
 */
export async function userData(context: StepContext, node: ClusterNode): Promise<string> {
  const {secrets, artifacts, clientToken} = context
  const name = `user-data/${node.name}`
  const stored = await secrets.read(name)
  const known = stored === undefined ? undefined : (JSON.parse(stored) as Stored)
  if (known?.clientToken === clientToken) return known.text
  const hostKey = await drawHostKey(secrets, node.name)
  const fresh: Stored = {clientToken, text: cloudConfig({artifacts, node, hostKey})}
  await secrets.write(name, JSON.stringify(fresh))
  return fresh.text
}
