import {checkArtifactRequest} from '../../artifacts/check-request.js'
import type {ArtifactsAskedFor} from '../../artifacts/request.js'
import {engineOf} from '../../cluster/cni.js'
import {checkCostLimit} from '../../cluster/cost-limit.js'
import {expiryAfter, ttlOf} from '../../cluster/expiry.js'
import {isPrivate} from '../../cluster/addressing.js'
import {subnetIdsOf} from '../../cluster/existing-network.js'
import {DEFAULT_IMAGE, loginUserOf} from '../../cluster/image-families.js'
import {DEFAULT_TYPES, typesOf} from '../../cluster/machines.js'
import {listRanges, parseOperatorRanges} from '../../cluster/operator-ranges.js'
import {checkRegion} from '../../cluster/provider.js'
import {
  clusterSpec,
  type Architecture,
  type ArtifactSource,
  type ClusterSpec,
  type LoadBalancerChoice,
  type SpecInput,
} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import {addonsAskedFor, addonsToHave, refuseOtherAddons} from './addon-request.js'
import {checkExistingNetwork} from './check-existing-network.js'
import {createRequestDefaults, type CreateRequest} from './create-request.js'
import type {Journal} from '../engine/journal.js'
import {refuseWhileDestroyed} from '../engine/journal-errors.js'
import {PHASES, type PhaseId} from '../phases.js'

/** What needs no network: within milliseconds, before anything is made. Throws INVALID_SPEC, USAGE or VERSION_UNSUPPORTED. */
export function checkRequest(request: CreateRequest, name: string): void {
  checkExistingNetwork(request)
  specInput(request, name)
  parseOperatorRanges(request.operatorCidrs ?? [], request.allowWorld === true)
  const {provider = createRequestDefaults.provider} = request
  if (request.artifacts === 'mirror' && request.mirror === undefined) {
    throw new KhwError(
      'USAGE',
      'The artifact source "mirror" needs to know where the mirror is.',
      ['Add --mirror DIR or --mirror URL'],
      {exit: 2},
    )
  }
  if (request.mirror !== undefined && request.artifacts !== undefined && request.artifacts !== 'mirror') {
    throw new KhwError(
      'USAGE',
      `--mirror does not go with --artifacts ${request.artifacts}.`,
      ['Leave out one of them.'],
      {exit: 2},
    )
  }
  if ((request.artifacts === 'auto' || request.artifacts === 'debian') && provider !== 'local') {
    throw new KhwError(
      'USAGE',
      `--artifacts ${request.artifacts} is for the local provider: nodes on AWS cannot fetch from this machine.`,
      ['Try --artifacts upstream'],
      {exit: 2},
    )
  }
  checkRegion(provider, request.region)
  if (provider === 'aws') checkCostLimit(request.maxCost, ttlOf(provider, request.ttl))
  checkArtifactRequest(artifactsOf(request))
}

/** What is to be fetched, and where from. */
export function artifactsOf(request: CreateRequest): ArtifactsAskedFor {
  return {
    source: sourceOf(request),
    mirror: request.mirror,
    kubernetesVersion: request.kubernetesVersion,
    addons: addonsToHave(request),
    cni: engineOf(request),
  }
}

/** `auto` on this machine and `upstream` on AWS, unless told otherwise. */
export function sourceOf(request: CreateRequest): 'auto' | ArtifactSource {
  if (request.artifacts !== undefined) return request.artifacts
  if (request.mirror !== undefined) return 'mirror'
  return (request.provider ?? createRequestDefaults.provider) === 'local' ? 'auto' : 'upstream'
}

/** Everything but what the region and the artifact source decide; the architecture has default types of its own. */
export function specInput(request: CreateRequest, name: string, architecture: Architecture = 'amd64'): ClusterSpec {
  const d = createRequestDefaults
  const cni = engineOf(request)
  return clusterSpec({
    name,
    provider: request.provider ?? d.provider,
    region: request.region ?? d.region,
    controllers: request.controllers ?? d.controllers,
    workers: request.workers ?? d.workers,
    kubernetesVersion: request.kubernetesVersion ?? '',
    artifactSource: 'upstream',
    ...(request.mirror === undefined ? {} : {mirror: request.mirror}),
    architecture,
    ...typesAskedFor(request, DEFAULT_TYPES[architecture]),
    volumeSize: request.volumeSize ?? d.volumeSize,
    ...(request.image === undefined ? {} : {image: request.image}),
    ...(request.spot === true ? {spot: true} : {}),
    ...(request.ssm === true ? {ssm: true} : {}),
    ...(request.nodeProxy === undefined ? {} : {nodeProxy: request.nodeProxy}),
    ...(request.loginUser === undefined ? {} : {loginUser: request.loginUser}),
    ...(request.securityProfile === 'cis' ? {securityProfile: 'cis'} : {}),
    loadBalancer: loadBalancerOf(request),
    ...addonsAskedFor(request),
    ...(cni === undefined ? {} : {cni}),
    ...networkAskedFor(request),
  })
}

function typesAskedFor(
  {controllerTypes = [], workerTypes = []}: CreateRequest,
  byDefault: string,
): Pick<ClusterSpec, 'controllerType' | 'workerType' | 'fallbackTypes'> {
  const [controllerType = byDefault, ...controller] = controllerTypes
  const [workerType = byDefault, ...worker] = workerTypes
  return {
    controllerType,
    workerType,
    ...(controller.length + worker.length === 0 ? {} : {fallbackTypes: {controller, worker}}),
  }
}

/** Which of the subnets have a way in from outside is known once they were looked at. */
function networkAskedFor({network, vpcId, subnetIds = [], privateWorkers}: CreateRequest): Pick<SpecInput, 'network'> {
  const existing = vpcId === undefined ? undefined : {vpcId, publicSubnets: subnetIds, privateSubnets: []}
  if (network === undefined && existing === undefined && privateWorkers === undefined) return {}
  return {network: {...network, ...(existing && {existing}), ...(privateWorkers === true && {privateWorkers})}}
}

/** One address for several API servers; a single one has its own. */
export function loadBalancerOf({loadBalancer, controllers}: CreateRequest): LoadBalancerChoice {
  return loadBalancer ?? ((controllers ?? createRequestDefaults.controllers) > 1 ? 'nlb' : 'none')
}

/** The spec is frozen: a request that says otherwise is refused, one that says nothing or the same goes on. */
export function refuseOtherRequest(request: CreateRequest, journal: Journal): void {
  refuseWhileDestroyed(journal)
  const {header} = journal
  const {spec} = header
  const asked: readonly [string, string | number | undefined, string | number][] = [
    ['--provider', request.provider, spec.provider],
    ['--region', request.region, spec.region],
    ['--controllers', request.controllers, spec.controllers],
    ['--workers', request.workers, spec.workers],
    ['--artifacts', request.artifacts === 'auto' ? undefined : request.artifacts, spec.artifactSource],
    ['--mirror', request.mirror, spec.mirror ?? 'none'],
    ['--allow-cidr', sorted(request.operatorCidrs), sorted(listRanges(header)) ?? ''],
    [
      '--ttl',
      request.ttl === undefined ? undefined : (expiryAfter(header.createdAt, request.ttl) ?? 'never'),
      (header.firstExpiresAt === undefined ? header.expiresAt : header.firstExpiresAt) ?? 'never',
    ],
    ['--vpc-id', request.vpcId, spec.network.existing?.vpcId ?? 'its own'],
    [
      '--subnet-ids',
      sorted(request.subnetIds),
      sorted(spec.network.existing && subnetIdsOf(spec.network.existing)) ?? 'its own',
    ],
    [
      '--private-workers',
      request.privateWorkers === true ? 'yes' : undefined,
      isPrivate(spec, 'worker') ? 'yes' : 'no',
    ],
    ['--load-balancer', request.loadBalancer, spec.loadBalancer ?? 'none'],
    ['--cni', request.cni, spec.cni ?? 'bridge'],
    ['--vpc-cidr', request.network?.vpcCidr, spec.network.vpcCidr],
    ['--pod-cidr', request.network?.podCidr, spec.network.podCidr],
    ['--service-cidr', request.network?.serviceCidr, spec.network.serviceCidr],
    ['--zones', request.network?.zones?.join(','), spec.network.zones?.join(',') ?? "the region's first zones"],
    ['--subnet-count', request.network?.subnets, spec.network.subnets],
    ['--controller-type', request.controllerTypes?.join(','), typesOf(spec, 'controller').join(',')],
    ['--worker-type', request.workerTypes?.join(','), typesOf(spec, 'worker').join(',')],
    ['--volume-size', request.volumeSize, spec.volumeSize],
    ['--image', request.image, spec.image ?? DEFAULT_IMAGE],
    ['--login-user', request.loginUser, loginUserOf(spec)],
    ['--node-proxy', request.nodeProxy, spec.nodeProxy ?? 'none'],
    ['--security-profile', request.securityProfile, spec.securityProfile ?? 'default'],
    ['--ssm', request.ssm === true ? 'on' : undefined, spec.ssm === true ? 'on' : 'off'],
    ['--spot', request.spot === true ? 'on' : undefined, spec.spot === true ? 'on' : 'off'],
  ]
  const other = asked.filter(([, wanted, frozen]) => wanted !== undefined && wanted !== frozen)
  const version = request.kubernetesVersion
  if (
    version !== undefined &&
    spec.kubernetesVersion !== version &&
    !spec.kubernetesVersion.startsWith(`${version}.`)
  ) {
    other.push(['--kubernetes-version', version, spec.kubernetesVersion])
  }
  refuseOtherAddons(request, spec)
  if (other.length === 0) return
  const [only] = other.length === 1 ? other : []
  if (only?.[0] === '--allow-cidr') {
    throw new KhwError(
      'CLUSTER_EXISTS',
      `The cluster "${spec.name}" admits ${only[2]}, not ${only[1]}.`,
      [`Change that: khw access refresh ${spec.name} --allow-cidr ${only[1]}`],
      {exit: 2},
    )
  }
  throw new KhwError(
    'CLUSTER_EXISTS',
    `The cluster "${spec.name}" exists with ${other.map(([flag, , frozen]) => `${flag} ${frozen}`).join(', ')}; what a cluster is made of is fixed when it is created.`,
    [
      `Go on with it as it is: khw create --name ${spec.name}`,
      `Take it down first: khw destroy ${spec.name}`,
      'Or choose another --name',
    ],
    {exit: 2},
  )
}

function sorted(ranges: readonly string[] | undefined): string | undefined {
  return ranges && [...ranges].sort().join(',')
}

/** The phase of that id; throws USAGE with the list. */
export function phaseOf(until: string | undefined): PhaseId | undefined {
  if (until === undefined) return undefined
  const phase = PHASES.find(p => p.id === until)
  if (phase) return phase.id
  throw new KhwError('USAGE', `There is no phase "${until}".`, [`Choose one of: ${PHASES.map(p => p.id).join(', ')}`], {
    exit: 2,
  })
}
