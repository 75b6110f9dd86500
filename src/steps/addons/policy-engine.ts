import type {ArtifactSet} from '../../artifacts/artifact.js'
import type {PolicyEngine} from '../../cluster/cni.js'
import type {Check} from '../../cluster/report.js'
import {messageOf} from '../../errors.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {DaemonSetObject} from '../../kubernetes/objects.js'
import {troubleOf, troubleText} from '../../kubernetes/pod-trouble.js'
import {objectPath} from '../../kubernetes/paths.js'
import {policyDaemonSet, policyEngineObjects} from '../../templates/policy-engine.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import type {RunContext} from '../engine/context.js'
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
      const onAll = async (): Promise<true | undefined> => {
        const {ok, detail} = await engineState(api, artifacts, workers)
        progress(detail)
        return ok ? true : undefined
      }
      await waitUntil(onAll, {
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

/** Whether policies are enforced as far as that can be seen without trying: it fails open, where it does not run. */
export async function checkEngine(
  cni: PolicyEngine,
  {spec, artifacts}: Pick<RunContext, 'spec' | 'artifacts'>,
  /** Undefined: it does not answer. */
  api: KubernetesApi | undefined,
): Promise<Check> {
  const name = 'network-policies'
  if (api === undefined) return {name, ok: false, detail: 'are not known to be enforced, as the API does not answer'}
  try {
    const {ok, detail} = await engineState(api, artifacts, spec.workers)
    return {name, ok, detail: `${cni} ${detail}`}
  } catch (error) {
    return {name, ok: false, detail: messageOf(error)}
  }
}

/** On how many workers it is ready; `ok`: on all of them, as it was applied last. */
async function engineState(
  api: KubernetesApi,
  artifacts: ArtifactSet,
  workers: number,
): Promise<{readonly ok: boolean; readonly detail: string}> {
  const now = await api.get<DaemonSetObject>(objectPath(policyDaemonSet(policyEngineObjects(artifacts))))
  const {
    observedGeneration = 0,
    desiredNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberReady = 0,
  } = now?.status ?? {}
  const seen = observedGeneration >= (now?.metadata.generation ?? 0) && desiredNumberScheduled >= workers
  const ok = seen && Math.min(updatedNumberScheduled, numberReady) >= desiredNumberScheduled
  if (now === undefined) return {ok, detail: 'is not there'}
  const detail = `is ready on ${numberReady} of ${workers} workers`
  const trouble = ok ? undefined : await troubleOf(now, api)
  return {ok, detail: trouble === undefined ? detail : `${detail}; ${troubleText(trouble)}`}
}
