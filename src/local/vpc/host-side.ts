import {run} from '../host/run.js'
import {parseRoutes} from './ip-json.js'
import {ipBatch} from './namespaces.js'
import type {VpcPlan} from './vpc-plan.js'

/** Routes the VPC's public addresses, and no others, over its uplink. The source is one the region calls the operator's. */
export async function routePublicAddresses(plan: VpcPlan): Promise<void> {
  const {hostLink, routerAddress, hostAddress} = plan.uplink
  // With `dev`, ip leaves the device out of its answer.
  const there = parseRoutes(await run('ip', ['-j', '-4', 'route', 'show', 'dev', hostLink]))
  const present = [...there.keys()].map(key => key.split(' ')[0] ?? '')
  await ipBatch(
    [],
    [
      ...plan.publicAddresses
        .filter(address => !present.includes(address))
        .map(address => `route replace ${address} via ${routerAddress} dev ${hostLink} src ${hostAddress}`),
      ...present
        .filter(address => !plan.publicAddresses.includes(address))
        .map(address => `route del ${address} dev ${hostLink}`),
    ],
  )
}
