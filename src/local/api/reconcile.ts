import {systemClock} from '../../clock.js'
import type {Fabric} from '../fabric.js'
import type {Instance, InstanceState} from '../model.js'
import type {RegionStore} from '../store.js'
import {InstanceLifecycle} from './instance-lifecycle.js'
import {LATENCIES} from './latency.js'
import {VpcSync} from './vpc-sync.js'

/**
 * Brings state and host together after the daemon was away, before its API listens: instances recorded as up whose
 * machine is gone are stopped or terminated by their shutdown behaviour, what was on its way down goes on, machines of no
 * instance are removed, and every VPC is synchronised.
 *
 * `runningIds`: instances whose machine was found running. Resolves with what failed on the way, to be logged: one
 * machine that cannot be removed must not keep the region from starting.
 */
export async function reconcile(
  store: RegionStore,
  fabric: Fabric,
  runningIds: ReadonlySet<string>,
): Promise<readonly unknown[]> {
  const problems: unknown[] = []
  const onError = (error: unknown): void => {
    problems.push(error)
  }
  const network = new VpcSync(store, fabric)
  const lifecycle = new InstanceLifecycle({
    store,
    fabric,
    network,
    clock: systemClock,
    latency: () => LATENCIES.none,
    onError,
  })

  await store.change(state => {
    for (const instance of Object.values(state.instances)) settle(instance, runningIds.has(instance.instanceId))
  })
  const {vpcs, instances} = store.state
  await Promise.all(Object.keys(vpcs).map(vpcId => network.sync(vpcId).catch(onError)))
  for (const {instanceId, state} of Object.values(instances)) {
    if (state === 'stopping') void lifecycle.stop(instanceId, {force: true})
    if (state === 'shutting-down') void lifecycle.terminate(instanceId)
  }
  const strays = [...runningIds].filter(id => isGone(instances[id]?.state))
  await Promise.all(strays.map(id => fabric.removeMachine(id).catch(onError)))
  await lifecycle.idle()
  return problems
}

/** The state an instance must have, seen whether its machine runs. */
function settle(instance: Instance, machineRuns: boolean): void {
  const code = 'Server.InternalError'
  switch (instance.state) {
    case 'pending':
    case 'running':
      if (machineRuns) instance.state = 'running'
      else {
        instance.state = instance.instanceInitiatedShutdownBehavior === 'stop' ? 'stopping' : 'shutting-down'
        instance.stateReason = {code, message: `${code}: The machine was gone when the region started again`}
      }
      break
    case 'stopped':
      if (machineRuns) instance.state = 'stopping'
      break
    case 'stopping':
    case 'shutting-down':
    case 'terminated':
      break
  }
}

function isGone(state: InstanceState | undefined): boolean {
  return state === undefined || state === 'terminated'
}
