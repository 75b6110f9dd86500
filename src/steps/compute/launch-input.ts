import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import type {ClusterNode} from '../../cluster/addressing.js'
import {drawHostKey} from '../../ssh/host-key.js'
import {cloudConfig} from '../../templates/cloud-config.js'
import type {StepContext} from '../engine/context.js'

interface Stored {
  readonly clientToken: string
  readonly input: RunInstancesCommandInput
}

/**
 * The input of one launch, user data included. Kept by its client token, among the secrets because it holds the host key:
 * a call that is repeated must be byte-identical to the first, by whatever version of khw, and a machine that is launched
 * anew has a host key of its own.
 */
export async function launchInput(
  context: StepContext,
  node: ClusterNode,
  request: RunInstancesCommandInput,
): Promise<RunInstancesCommandInput> {
  const {secrets, artifacts, clientToken, createdAt, expiresAt} = context
  const name = `launch/${node.name}`
  const stored = await secrets.read(name)
  const known = stored === undefined ? undefined : (JSON.parse(stored) as Stored)
  if (known?.clientToken === clientToken) return known.input
  const hostKey = await drawHostKey(secrets, node.name)
  const privateIp = request.NetworkInterfaces?.[0]?.PrivateIpAddress
  const placed = {...node, ...(privateIp === undefined ? {} : {privateIp})}
  const userData = cloudConfig({artifacts, node: placed, hostKey, createdAt, expiresAt})
  const input = {...request, ClientToken: clientToken, UserData: Buffer.from(userData).toString('base64')}
  await secrets.write(name, JSON.stringify({clientToken, input} satisfies Stored))
  return input
}
