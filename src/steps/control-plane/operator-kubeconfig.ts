import type {Inventory} from '../../aws/inventory.js'
import {operatorKubeconfig} from '../../pki/kubeconfig.js'
import {operatorCredentials} from '../../pki/operator-credentials.js'
import {livePublicIps} from '../compute/node-instance.js'
import type {RunContext} from '../engine/context.js'
import {API_PORT, apiEndpoints} from '../operator/operator-api.js'

export interface KubeconfigServers {
  /** Of the default context. */
  readonly server: string
  /** By node name: each controller has a context of its own. */
  readonly publicIps: Readonly<Record<string, string>>
  /** DNS name; it has a context of its own, too. */
  readonly loadBalancer: string | undefined
}

/** Writes the operator's kubeconfig: a file of its own, beside the journal. */
export async function writeOperatorKubeconfig(
  {spec, secrets, writeKubeconfig}: Pick<RunContext, 'spec' | 'secrets' | 'writeKubeconfig'>,
  {server, publicIps, loadBalancer}: KubeconfigServers,
): Promise<void> {
  await writeKubeconfig(
    operatorKubeconfig({
      clusterName: spec.name,
      user: 'admin',
      server,
      others: {
        ...(loadBalancer === undefined ? {} : {'load-balancer': `https://${loadBalancer}:${API_PORT}`}),
        ...apiEndpoints(spec, publicIps),
      },
      ...(await operatorCredentials(secrets, 'admin')),
    }),
  )
}

/** Points its default context at what answers now. */
export async function pointKubeconfig(context: RunContext, inventory: Inventory, server: string): Promise<void> {
  const publicIps = livePublicIps(context.spec, inventory)
  await writeOperatorKubeconfig(context, {server, publicIps, loadBalancer: inventory.loadBalancers[0]?.DNSName})
}
