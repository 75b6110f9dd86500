import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import type {LoadBalancer} from '../load-balancer/load-balancer.js'
import type {FirstApi} from './first-api.js'
import {writeOperatorKubeconfig} from './operator-kubeconfig.js'

type KubeconfigNeeds = {
  readonly addresses: Addresses
  readonly firstApi: FirstApi
  readonly loadBalancer?: LoadBalancer
}

export type Kubeconfig = Step<Nothing, KubeconfigNeeds>

/** Its default context is the controller that was ready first; the load balancer takes its place once it is healthy. */
export function kubeconfigStep(
  addresses: Addresses,
  firstApi: FirstApi,
  loadBalancer: LoadBalancer | undefined,
): Kubeconfig {
  return defineStep<Nothing, KubeconfigNeeds>({
    id: 'control-plane/kubeconfig',
    phase: 'control-plane',
    title: 'Write the kubeconfig',
    needs: {addresses, firstApi, ...(loadBalancer === undefined ? {} : {loadBalancer})},

    async create(context, needs) {
      await writeOperatorKubeconfig(context, {
        server: needs.firstApi.endpoint,
        publicIps: needs.addresses.publicIps,
        loadBalancer: needs.loadBalancer?.dnsName,
      })
      return {}
    },
  })
}
