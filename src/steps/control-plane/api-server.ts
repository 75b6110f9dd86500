import type {ClusterNode} from '../../cluster/addressing.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Configure} from '../node/configure.js'
import {hostOf} from '../node/host.js'
import {API_PORT} from '../operator/operator-api.js'
import type {FirstApi} from './first-api.js'

type ApiServerNeeds = {
  readonly addresses: Addresses
  /** Absent: it does not wait for another. */
  readonly firstApi?: FirstApi
  readonly configured: Configure
}

export type ApiServer = Step<{endpoint: string}, ApiServerNeeds>

/** Every API server is to be ready, not just one: three of them must be worth having. */
export function apiServer(node: ClusterNode, needs: ApiServerNeeds): ApiServer {
  return defineStep<{endpoint: string}, ApiServerNeeds>({
    id: `control-plane/api-server/${node.name}`,
    phase: 'control-plane',
    title: `Wait for the API server of ${node.name}`,
    needs,

    async create({spec, kubernetes, signal}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'super-admin')
      const endpoint = `https://${hostOf(spec, addresses, node).host}:${API_PORT}`
      await waitUntil(
        async () => {
          const {ready, detail} = await api.readiness(endpoint)
          if (!ready) throw new Error(detail)
          return true
        },
        {
          what: `the API server of ${node.name} to be ready`,
          budget: 180_000,
          every: 300,
          signal,
          suggestions: [`Read its log: khw ssh ${node.name} -- sudo journalctl -u kube-apiserver -n 50`],
        },
      )
      return {endpoint}
    },
  })
}
