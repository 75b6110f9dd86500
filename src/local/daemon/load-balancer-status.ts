import {readFile} from 'node:fs/promises'
import {HOSTS_FILE} from '../host/hosts-file.js'
import type {HostProblem} from '../host/requirements.js'
import type {RegionState} from '../model.js'
import {readJsonObject} from './json-file.js'
import type {RegionFiles} from './region-files.js'

/** A load balancer as `khw local status` tells of it. */
export interface LoadBalancerStatus {
  readonly name: string
  readonly dnsName: string
  readonly state: 'provisioning' | 'active'
  /** Whether this host resolves its name. */
  readonly isKnown: boolean
}

/** Empty without the right to read the region's state. */
export async function loadBalancerStatus(
  files: Pick<RegionFiles, 'state'>,
  hostsFile = HOSTS_FILE,
): Promise<LoadBalancerStatus[]> {
  const state = (await readJsonObject(files.state).catch(() => undefined)) as Partial<RegionState> | undefined
  const hosts = await readFile(hostsFile, 'utf8').catch(() => '')
  return Object.values(state?.loadBalancers ?? {}).map(loadBalancer => ({
    name: loadBalancer.loadBalancerName,
    dnsName: loadBalancer.dnsName,
    state: loadBalancer.state,
    isKnown: hosts.includes(` ${loadBalancer.dnsName} `),
  }))
}

/** What is the matter where the names of load balancers are not known to this host. */
export function unknownNames(loadBalancers: readonly LoadBalancerStatus[]): HostProblem[] {
  const unknown = loadBalancers.filter(({state, isKnown}) => state === 'active' && !isKnown)
  if (unknown.length === 0) return []
  return [
    {
      kind: 'host',
      what: `This machine does not resolve ${unknown.map(({dnsName}) => dnsName).join(', ')}: ${HOSTS_FILE} cannot be written, or no region runs to do so.`,
      fix: `Make ${HOSTS_FILE} writable for root; the region writes the names as soon as it can`,
      packages: [],
    },
  ]
}
