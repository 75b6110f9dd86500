import {callerOf, type Caller} from '../../aws/caller.js'
import type {AwsClients} from '../../aws/clients.js'
import {explained} from '../../aws/explained.js'
import {isImageId} from '../../cluster/image-families.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {imageFindings, type ImageFindings} from './image-findings.js'
import {machineFindings, type MachineFindings} from './machine-findings.js'
import {networkFindings, type NetworkFindings} from './network-findings.js'
import {ownPublicAddress} from '../operator/own-address.js'

/** What several checks want to know: each is asked for once, when the first of them does. */
export interface PreflightFacts {
  /** Throws AWS_AUTH. */
  caller(): Promise<Caller>
  /** Of the network of somebody else that the spec names. */
  network(): Promise<NetworkFindings>
  machines(): Promise<MachineFindings>
  /** Undefined if it is not known for which architecture to look. */
  image(): Promise<ImageFindings | undefined>
  /** The operator's; throws USAGE if it is not certain. */
  ownAddress(): Promise<string>
}

export interface FactsOptions {
  readonly spec: ClusterSpec
  readonly access: RegionAccess
  readonly clients: AwsClients
  readonly signal: AbortSignal
  /** Other services to ask for the own address than the usual ones. */
  readonly addressSources?: readonly [string, string]
}

export function preflightFacts({spec, access, clients, signal, addressSources}: FactsOptions): PreflightFacts {
  const {region, architecture: only} = access
  const question = {ec2: clients.ec2, region, spec, only, signal}
  const network = once(() => networkFindings({...question, selfSufficient: isSelfSufficient(spec, access)}))
  const machines = once(async () => {
    const {network: found = spec.network} = await network()
    return machineFindings({...question, spec: {...spec, network: found}})
  })
  return {
    caller: once(async () => {
      try {
        return await callerOf(clients, signal)
      } catch (error) {
        throw explained(error, `Could not sign in to ${access.provider} (${region})`)
      }
    }),
    network,
    machines,
    image: once(async () => {
      const {architecture} = await machines()
      return architecture === undefined ? undefined : imageFindings(question, architecture)
    }),
    ownAddress: once(() => ownPublicAddress(signal, addressSources)),
  }
}

/**
 * A region that serves a cache has machines with all packages, and serves them everything but what only upstream has.
 * Elsewhere machines get packages besides their programs: by a proxy, or with an image of the user's own, to which a
 * mirror brings the rest. Neither is in reach of a network that the cluster makes itself.
 */
function isSelfSufficient(
  {mirror, artifactSource, nodeProxy, image, network}: ClusterSpec,
  {cacheServer}: RegionAccess,
): boolean {
  if (network.existing !== undefined && nodeProxy !== undefined) return true
  if (cacheServer !== undefined) return artifactSource !== 'upstream'
  const hasPackages = image !== undefined && isImageId(image)
  return network.existing !== undefined && hasPackages && /^https?:/.test(mirror ?? '')
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined
  return () => (found ??= look())
}
