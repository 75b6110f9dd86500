import {takeInventory} from '../../src/aws/inventory.js'
import type {AwsClients} from '../../src/aws/clients.js'
import type {Clock} from '../../src/clock.js'
import type {SecretStore} from '../../src/pki/secret-store.js'
import {ensurePki} from '../../src/pki/pki.js'
import {NodeConnections} from '../../src/ssh/node-connections.js'
import type {RunContext} from '../../src/steps/engine/context.js'
import type {JournalHeader} from '../../src/steps/engine/journal.js'

/** The steps that speak to AWS, and what they need: for regions without machines. */
export const AWS_HALF = /^(network|access|compute|load-balancer|routing)\//

/** How a region without machines is reached, but for its endpoint and its credentials. */
export const ACCESS = {
  provider: 'local',
  region: 'local-1',
  operatorCidr: '203.0.113.7/32',
  architecture: 'amd64',
} as const

export interface AwsHalf {
  readonly header: Pick<JournalHeader, 'spec' | 'clusterId' | 'createdAt' | 'artifacts' | 'expiresAt'>
  readonly endpoint: string
  readonly clients: AwsClients
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What a run of those steps is given, as openSession gives it; whatever needs a machine throws. */
export async function awsHalfContext({
  header,
  endpoint,
  clients,
  secrets,
  clock,
  signal,
}: AwsHalf): Promise<RunContext> {
  const {spec, clusterId, createdAt, artifacts, expiresAt = null} = header
  const {ec2, ec2Once, elb, iam} = clients
  const notHere = (): never => {
    throw new Error('there are no machines behind this region')
  }
  return {
    spec,
    clusterId,
    createdAt,
    expiresAt,
    artifacts,
    access: {...ACCESS, endpoint},
    ec2,
    ec2Once,
    elb,
    iam,
    inventory: await takeInventory({ec2, elb, iam, spec}, clusterId, signal),
    secrets,
    pki: names => ensurePki({...names, spec, secrets}),
    nodes: new NodeConnections(secrets, 'admin', signal),
    kubernetes: notHere,
    writeKubeconfig: notHere,
    clock,
    signal,
  }
}
