import type {PolicyEngine} from '../../cluster/cni.js'
import type {WorkerNode} from '../../cluster/addressing.js'
import {policyCheck} from '../../kubernetes/policy-check.js'
import type {PolicyEngineStep} from '../addons/policy-engine.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {failedChecks} from './failed-checks.js'
import type {Pods} from './pods.js'

type PoliciesNeeds = {
  readonly addresses: Addresses
  readonly engine: PolicyEngineStep
  /** Where pods do not reach each other anyway, that is what is to be told. */
  readonly pods: Pods
}

/** A NetworkPolicy keeps a pod out: an engine that runs and enforces nothing would be worse than none. */
export function policies(
  cni: PolicyEngine,
  workers: readonly WorkerNode[],
  needs: PoliciesNeeds,
): Step<{checks: number}, PoliciesNeeds> {
  return defineStep<{checks: number}, PoliciesNeeds>({
    id: 'verify/network-policies',
    phase: 'verify',
    title: 'Check that network policies are enforced',
    needs,

    async create({kubernetes, artifacts, signal, progress}, {addresses}) {
      const checks = await policyCheck({
        api: await kubernetes(addresses.publicIps, 'admin'),
        workers: workers.map(worker => worker.name),
        image: artifacts.images.check,
        signal,
        onProgress: progress,
      })
      const failed = failedChecks(`${cni} runs and does not enforce network policies`, checks)
      if (failed) throw failed
      return {checks: checks.length}
    },
  })
}
