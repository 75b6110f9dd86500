import type {WorkerNode} from '../../cluster/addressing.js'
import {workersReady} from '../../kubernetes/checks.js'
import type {Addresses} from '../compute/addresses.js'
import type {Rbac} from '../control-plane/rbac.js'
import type {Configure} from '../node/configure.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'

type ReadyNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
  readonly configured: readonly Configure[]
}

export type Ready = Step<{ready: string}, ReadyNeeds>

/** One poll for all workers. */
export function ready(workers: readonly WorkerNode[], needs: ReadyNeeds): Ready {
  const [first] = workers
  return defineStep<{ready: string}, ReadyNeeds>({
    id: 'worker/ready',
    phase: 'worker',
    title: 'Wait until the workers are Ready',
    needs,

    async create({kubernetes, signal, progress}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      const names = workers.map(worker => worker.name)
      const detail = await waitUntil(
        async () => {
          const check = await workersReady(api, names)
          if (check.ok) return check.detail
          progress(check.detail.split(';')[0] ?? '')
          throw new Error(check.detail)
        },
        {
          what: 'the workers to be Ready',
          budget: 240_000,
          every: 300,
          signal,
          suggestions: [`Read its log: khw ssh ${first?.name ?? 'worker-1'} -- sudo journalctl -u kubelet -n 50`],
        },
      )
      return {ready: detail}
    },
  })
}
