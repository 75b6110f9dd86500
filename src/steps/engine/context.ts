import type {ResourceType, TagSpecification} from '@aws-sdk/client-ec2'
import type {ArtifactSet} from '../../artifacts/artifact.js'
import type {AwsClients} from '../../aws/clients.js'
import type {Inventory} from '../../aws/inventory.js'
import type {WholeTag} from '../../aws/tags.js'
import type {Clock} from '../../clock.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {ApiNames} from '../../pki/certificates.js'
import type {Issuance} from '../../pki/lifetime.js'
import type {KeyNames} from '../../pki/rotated-keys.js'
import type {Pki} from '../../pki/pki.js'
import type {SecretStore} from '../../pki/secret-store.js'
import type {NodeConnections} from '../../ssh/node-connections.js'

/** Everything of one run that is the same for all its steps. */
export interface RunContext extends Pick<AwsClients, 'ec2' | 'ec2Once' | 'elb' | 'iam'> {
  readonly spec: ClusterSpec
  readonly clusterId: string
  /** ISO 8601; `expiresAt` is null for a cluster that is wanted until it is destroyed. */
  readonly createdAt: string
  readonly expiresAt: string | null
  /** What its certificates have to be since they were last renewed. */
  readonly issuance?: Issuance
  /** Names of its keys as they are now, where they were ever rotated. */
  readonly keys?: KeyNames
  readonly artifacts: ArtifactSet
  readonly access: RegionAccess
  /** What AWS had of this cluster at the start of the run. */
  readonly inventory: Inventory
  readonly secrets: SecretStore
  /** Keys and certificates, made where they are missing, and read once a run. */
  readonly pki: (names: ApiNames) => Promise<Pki>
  readonly nodes: NodeConnections
  /** Client of the cluster's own API, kept for the run; addresses by node name. Before RBAC only `super-admin` may do anything. */
  readonly kubernetes: (
    publicIps: Readonly<Record<string, string>>,
    as: 'admin' | 'super-admin',
  ) => Promise<KubernetesApi>
  /** Writes the operator's kubeconfig beside the journal. */
  readonly writeKubeconfig: (text: string) => Promise<void>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What one step is given. */
export interface StepContext extends RunContext {
  readonly stepId: string
  /** At most 64 characters; the same when the step is repeated after a crash. */
  readonly clientToken: string
  /** Tags that go in the create call of a resource; `name` is its Name tag, for people. */
  readonly tags: (resourceType: ResourceType, name: string) => TagSpecification
  /** The same for services that have no types of resources in their calls. */
  readonly tagList: (name: string) => WholeTag[]
  /** Tells onlookers how it is getting on. */
  readonly progress: (text: string) => void
}
