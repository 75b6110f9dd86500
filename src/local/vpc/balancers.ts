import type {TargetHealth} from '../fabric.js'
import type {HostName} from '../host/hosts-file.js'
import type {Target} from '../elb-model.js'
import {targetKey} from '../targets.js'
import {writeFileAtomicallySync} from '../../write-file.js'
import {readHealth} from './balancer/health-file.js'
import {processRuns, startDetached, stopDetached} from './detached-process.js'
import type {LoadBalancerName} from './service-tables.js'
import type {VpcFiles} from './vpc-files.js'
import type {LoadBalancerPlan, VpcPlan} from './vpc-plan.js'

export function balancersRun(files: VpcFiles, vpcId: string, plans: readonly LoadBalancerPlan[]): boolean {
  return plans.every(({loadBalancerArn}) => processRuns(files.balancer(vpcId, loadBalancerArn).processFile))
}

/** Tells each load balancer's process what to do, and starts it where it does not run; its interfaces must be there. */
export async function startBalancers(files: VpcFiles, {vpcId, loadBalancers}: VpcPlan): Promise<void> {
  await Promise.all(loadBalancers.map(plan => startBalancer(files, vpcId, plan)))
}

async function startBalancer(files: VpcFiles, vpcId: string, plan: LoadBalancerPlan): Promise<void> {
  const {loadBalancerArn, namespace, config} = plan
  const own = files.balancer(vpcId, loadBalancerArn)
  writeFileAtomicallySync(own.config, JSON.stringify(config), 0o600)
  await startDetached({
    what: `The load balancer ${loadBalancerArn}`,
    program: 'balancer/main',
    args: [own.config, own.health, own.processFile],
    namespace,
    processFile: own.processFile,
    log: own.log,
  })
}

/** Ends the processes of a VPC's load balancers, but for those named, and removes their files. */
export async function stopBalancers(files: VpcFiles, vpcId: string, but: readonly string[] = []): Promise<void> {
  const kept = but.map(arn => files.balancer(vpcId, arn).id)
  const gone = files.balancers(vpcId).filter(({id}) => !kept.includes(id))
  for (const balancer of gone) {
    await stopDetached(balancer.processFile)
    balancer.remove()
  }
}

export function targetHealthIn(
  files: VpcFiles,
  loadBalancerArn: string,
  targetGroupArn: string,
  target: Target,
): TargetHealth {
  const path = files.healthOf(loadBalancerArn)
  const report = path === undefined ? undefined : readHealth(path)
  return report?.targets[targetKey(targetGroupArn, target)] ?? 'initial'
}

/** What the names of load balancers stand for now, by what their health checks say. */
export function balancerHostNames(files: VpcFiles, names: readonly LoadBalancerName[]): HostName[] {
  return names.flatMap(({loadBalancerArn, dnsName, addresses}) => {
    const path = files.healthOf(loadBalancerArn)
    const zones = path === undefined ? undefined : readHealth(path)?.zones
    return addresses
      .filter(({availabilityZone}) => zones?.includes(availabilityZone) ?? true)
      .map(({address}) => ({address, name: dnsName}))
  })
}
