import type {Instance} from '@aws-sdk/client-ec2'
import type {Inventory} from '../../aws/inventory.js'
import type {Check} from '../../cluster/report.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {Readiness} from '../../kubernetes/endpoints.js'
import {API_PORT} from '../operator/operator-api.js'

export const LOAD_BALANCER_CHECK = 'load-balancer'

export interface LoadBalancerAnswer {
  readonly check: Check
  /**
   * Where it answers from here, now: `https://NAME:6443`; undefined while it does not, or not always: for some ten seconds
   * after a controller is lost it still sends some of the connections there.
   */
  readonly endpoint?: string
}

/**
 * How the load balancer is: what ELB says of it and, once ELB calls it healthy, whether it answers. Its name is not looked
 * up before: that it does not exist yet would be remembered. `api` is undefined before the cluster has certificates.
 */
export async function checkLoadBalancer(
  {loadBalancers, targetGroups, instances}: Inventory,
  api: KubernetesApi | undefined,
): Promise<LoadBalancerAnswer> {
  const answer = (ok: boolean, detail: string): LoadBalancerAnswer => ({check: {name: LOAD_BALANCER_CHECK, ok, detail}})
  const [balancer] = loadBalancers
  const [group] = targetGroups
  if (balancer === undefined || group === undefined) return answer(false, 'is not there')
  const state = balancer.State?.Code
  if (state === 'failed') return answer(false, `has failed: ${balancer.State?.Reason ?? 'ELB does not say why'}`)
  if (state !== 'active') return answer(false, 'is being set up')
  const targets = group.Targets.filter(({TargetHealth}) => TargetHealth?.State !== 'draining')
  const sentTo = targets.filter(({TargetHealth}) => TargetHealth?.State === 'healthy')
  const healthy = sentTo.length
  const count = `${healthy} of ${targets.length} controllers`
  if (healthy === 0) {
    const isNew = targets.some(({TargetHealth}) => TargetHealth?.State === 'initial')
    return answer(false, isNew ? 'is still registering the controllers' : `finds ${count} healthy`)
  }
  if (api === undefined) return answer(false, 'is there before the cluster has certificates')
  const endpoint = `https://${balancer.DNSName ?? ''}:${API_PORT}`
  const [through, ...direct] = await Promise.all([
    api.readiness(endpoint),
    ...sentTo.map(({Target}) => directly(instances.find(({InstanceId}) => InstanceId === Target?.Id))),
  ])
  if (!through.ready)
    return answer(false, `finds ${count} healthy, but from here ${endpoint} does not answer: ${through.detail}`)
  const silent = direct.find(({ready}) => !ready)
  return silent === undefined
    ? {...answer(true, `healthy: ${count} behind ${endpoint}`), endpoint}
    : answer(false, `still sends to a controller that does not answer: ${silent.detail}`)

  async function directly(controller: Instance | undefined): Promise<Readiness> {
    const state = controller?.State?.Name ?? 'gone'
    if (state !== 'running') return {ready: false, detail: `its machine is ${state}`}
    const ip = controller?.PublicIpAddress
    // One that cannot be asked from here is as ELB says.
    return ip === undefined || api === undefined
      ? {ready: true, detail: ''}
      : api.readiness(`https://${ip}:${API_PORT}`)
  }
}
