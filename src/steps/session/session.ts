import {awsClients, resourceClients, type AwsClients} from '../../aws/clients.js'
import {explained} from '../../aws/explained.js'
import {takeInventory} from '../../aws/inventory.js'
import {systemClock, type Clock} from '../../clock.js'
import {loginUserOf} from '../../cluster/image-families.js'
import type {ClusterDirectory} from '../../cluster/store.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import {ensurePki, type Pki} from '../../pki/pki.js'
import {keyNames} from '../../pki/rotated-keys.js'
import {FileSecretStore} from '../../pki/file-secret-store.js'
import {NodeConnections} from '../../ssh/node-connections.js'
import {writeFileAtomically} from '../../write-file.js'
import type {RunContext} from '../engine/context.js'
import type {JournalHeader} from '../engine/journal.js'
import {operatorApi} from '../operator/operator-api.js'

export interface Session {
  readonly context: RunContext
  readonly clients: AwsClients
  close(): Promise<void>
}

export interface SessionOptions {
  readonly clock?: Clock
  /** Called once when machines do not answer at all; what it throws ends the waiting for them. */
  readonly onSilence?: () => Promise<void>
}

/** Opens everything a run needs: clients, the inventory, secrets, connections. */
export async function openSession(
  directory: ClusterDirectory,
  header: JournalHeader,
  access: RegionAccess,
  signal: AbortSignal,
  {clock = systemClock, onSilence}: SessionOptions = {},
): Promise<Session> {
  const clients = awsClients(access, {signal, clock})
  const secrets = new FileSecretStore(directory.secrets)
  const nodes = new NodeConnections(secrets, loginUserOf(header.spec), signal, onSilence && {onSilence})
  const apis = new Map<string, Promise<KubernetesApi>>()
  const pkis = new Map<string, Promise<Pki>>()
  try {
    const inventory = await takeInventory({...resourceClients(clients), spec: header.spec}, header.clusterId, signal)
    const keys = await keyNames(secrets)
    const context: RunContext = {
      spec: header.spec,
      clusterId: header.clusterId,
      createdAt: header.createdAt,
      expiresAt: header.expiresAt ?? null,
      ...(header.issuance && {issuance: header.issuance}),
      keys,
      artifacts: header.artifacts,
      access,
      ec2: clients.ec2,
      ec2Once: clients.ec2Once,
      elb: clients.elb,
      iam: clients.iam,
      inventory,
      secrets,
      pki: names => {
        const key = JSON.stringify(names)
        const ensured = pkis.get(key) ?? ensurePki({...names, spec: header.spec, secrets, issuance: header.issuance})
        pkis.set(key, ensured)
        return ensured
      },
      nodes,
      kubernetes: (publicIps, as) => {
        const key = JSON.stringify([as, publicIps])
        const opened = apis.get(key) ?? operatorApi({spec: header.spec, secrets, publicIps, as})
        apis.set(key, opened)
        return opened
      },
      writeKubeconfig: text => writeFileAtomically(directory.kubeconfig, text, 0o600),
      clock,
      signal,
    }
    return {
      context,
      clients,
      close: async () => {
        await nodes.close()
        for (const api of apis.values()) (await api.catch(() => undefined))?.close()
        clients.close()
      },
    }
  } catch (error) {
    clients.close()
    throw explained(error, `Could not read what is in ${access.region}`)
  }
}
