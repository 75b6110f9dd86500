import {operatorCredentials} from '../../pki/operator-credentials.js'
import {operatorKubeconfig} from '../../pki/kubeconfig.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {apiEndpoints} from '../operator-api.js'
import type {FirstApi} from './first-api.js'

type KubeconfigNeeds = {
  readonly addresses: Addresses
  readonly firstApi: FirstApi
}

export type Kubeconfig = Step<Nothing, KubeconfigNeeds>

/** The operator's kubeconfig: a file of its own, beside the journal. */
export function kubeconfigStep(addresses: Addresses, firstApi: FirstApi): Kubeconfig {
  return defineStep<Nothing, KubeconfigNeeds>({
    id: 'control-plane/kubeconfig',
    phase: 'control-plane',
    title: 'Write the kubeconfig',
    needs: {addresses, firstApi},

    async create({spec, secrets, writeKubeconfig}, needs) {
      await writeKubeconfig(
        operatorKubeconfig({
          clusterName: spec.name,
          user: 'admin',
          server: needs.firstApi.endpoint,
          controllers: apiEndpoints(spec, needs.addresses.publicIps),
          ...(await operatorCredentials(secrets, 'admin')),
        }),
      )
      return {}
    },
  })
}
