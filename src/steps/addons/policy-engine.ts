import type {PolicyEngine} from '../../cluster/cni.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {DaemonSetObject, Manifest} from '../../kubernetes/objects.js'
import {objectPath} from '../../kubernetes/paths.js'
import {policyDaemonSet, policyEngineObjects} from '../../templates/policy-engine.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Ready} from '../worker/ready.js'

type PolicyEngineNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
  readonly ready: Ready
}

export type PolicyEngineStep = Step<{objects: number}, PolicyEngineNeeds>

/** What enforces network policies, beside the bridge, ready on every worker. */
export function policyEngine(cni: PolicyEngine, workers: number, needs: PolicyEngineNeeds): PolicyEngineStep {
  return defineStep<{objects: number}, PolicyEngineNeeds>({
    id: `addons/${cni}`,
    phase: 'addons',
    title: `Install ${cni}, and wait for it on every worker`,
    needs,

    async create({artifacts, kubernetes, signal, progress}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const objects = policyEngineObjects(artifacts)
      for (const object of objects) await api.apply(object)
      const daemonSet = policyDaemonSet(objects)
      await waitUntil(() => readyOnAll(api, daemonSet, workers, progress), {
        what: `${cni} to be ready on every worker`,
        budget: 180_000,
        every: 500,
        slowest: 2000,
        signal,
        suggestions: [`See what its pods say: kubectl -n kube-system describe pods -l app=${cni}`],
      })
      return {objects: objects.length}
    },
  })
}

async function readyOnAll(
  api: KubernetesApi,
  daemonSet: Manifest,
  workers: number,
  progress: (text: string) => void,
): Promise<true | undefined> {
  const now = await api.get<DaemonSetObject>(objectPath(daemonSet))
  const {
    observedGeneration = 0,
    desiredNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberReady = 0,
  } = now?.status ?? {}
  progress(`ready on ${numberReady} of ${workers} workers`)
  const seen = observedGeneration >= (now?.metadata.generation ?? 0) && desiredNumberScheduled >= workers
  return seen && Math.min(updatedNumberScheduled, numberReady) >= desiredNumberScheduled ? true : undefined
}
