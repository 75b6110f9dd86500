import {checkArtifactRequest} from '../artifacts/check-request.js'
import {DEBIAN_KUBERNETES_VERSION} from '../artifacts/debian/kubernetes-build.js'
import {engineOf} from '../cluster/cni.js'
import {clusterCost, costAmounts, usd} from '../cluster/cost.js'
import {ttlOf} from '../cluster/expiry.js'
import {pricesAsOf} from '../cluster/prices.js'
import type {ProviderName} from '../cluster/spec.js'
import {KhwError} from '../errors.js'
import {artifactsOf, specInput} from '../steps/request/check-request.js'
import {memoryFor} from '../steps/preflight/this-machine.js'
import {createRequestDefaults, type CreateRequest} from '../steps/request/create-request.js'
import {durationText} from './duration-flag.js'

/** What the wizard calls the version that is chosen where the artifacts come from. */
export const NEWEST = 'newest'

/** What is wrong with a request by the rules of clusterSpec; undefined if nothing is. */
export function problemOf(request: CreateRequest): string | undefined {
  return problem(() => {
    specInput(request, request.name ?? createRequestDefaults.name)
  })
}

/** `newest`, `1.36` or `1.36.2`, in the range khw knows, and good for what else is wanted. */
export function versionProblem(text: string, rest: CreateRequest): string | undefined {
  if (text === NEWEST) return undefined
  if (!/^\d+\.\d+(\.\d+)?$/.test(text)) return `Type a version like 1.36 or 1.36.2, or ${NEWEST}`
  return artifactsProblem({...rest, kubernetesVersion: text})
}

/** Why what a request is made of cannot be had, as far as that can be told with no network. */
export function artifactsProblem(request: CreateRequest): string | undefined {
  return problem(() => {
    checkArtifactRequest(artifactsOf(request))
  })
}

/** `obstacle`: why there is nothing but Debian; absent where it was asked for. */
export function onlyDebian(obstacle: string | undefined): string {
  const why = obstacle === undefined ? '' : `, since ${obstacle}`
  const where = obstacle === undefined ? 'without --artifacts debian' : 'from a mirror (--mirror DIR)'
  return `Kubernetes is ${DEBIAN_KUBERNETES_VERSION}, from Debian 12${why}. Others, and network policies, are to be had ${where}.`
}

export function regionProblem(text: string): string | undefined {
  return /^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? undefined : 'Type the name of an AWS region, such as us-west-2'
}

export function nameProblem(text: string, taken: readonly string[]): string | undefined {
  return taken.includes(text) ? `There is a cluster "${text}" already` : problemOf({name: text})
}

export function workersProblem(text: string, rest: CreateRequest): string | undefined {
  return /^\d+$/.test(text) ? problemOf({...rest, workers: Number(text)}) : 'Type a number'
}

/** The first name like the default that is free: `hard-way`, `hard-way-2`. */
export function freeName(taken: readonly string[]): string {
  const {name} = createRequestDefaults
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}-${i}`
    if (!taken.includes(candidate)) return candidate
  }
}

/** What the default cluster costs at a provider, in words. */
export function costOf(provider: ProviderName): string {
  if (provider === 'local') return costHere({})
  const cost = clusterCost(specInput({provider}, createRequestDefaults.name))
  return `about ${usd(cost?.perHour ?? 0)} an hour for 3 + 3 machines, billed by AWS`
}

/** What a cluster takes of this machine, in words. */
function costHere({controllers, workers}: Pick<CreateRequest, 'controllers' | 'workers'>): string {
  const d = createRequestDefaults
  const count = {controllers: controllers ?? d.controllers, workers: workers ?? d.workers}
  return `nothing; ${count.controllers} + ${count.workers} take ${memoryFor(count).toFixed(1)} GiB of memory`
}

/** Labels and values of what is about to be created. */
export function summaryRows(request: CreateRequest): readonly (readonly [string, string])[] {
  const d = createRequestDefaults
  const provider = request.provider ?? d.provider
  const controllers = request.controllers ?? d.controllers
  const lost = (controllers - 1) / 2
  const engine = engineOf(request)
  return [
    ['Name', request.name ?? d.name],
    ['Where', provider === 'local' ? 'this machine' : `AWS, ${request.region ?? d.region}`],
    ['Controllers', `${controllers}, of which ${lost === 0 ? 'none' : lost} may be lost`],
    ['Workers', String(request.workers ?? d.workers)],
    ...machineRows(request),
    ['Kubernetes', versionOf(request)],
    ...(request.securityProfile === 'cis' ? [['Security', 'profile cis'] satisfies [string, string]] : []),
    ...(engine === undefined ? [] : [['Policies', `enforced by ${engine}`] satisfies [string, string]]),
    ...moneyRows(request),
  ]
}

function versionOf({artifacts, kubernetesVersion}: CreateRequest): string {
  return artifacts === 'debian'
    ? `${DEBIAN_KUBERNETES_VERSION}, from Debian 12`
    : (kubernetesVersion ?? 'the newest that can be had')
}

/** What saying yes to a request costs; undefined if nothing. */
export function priceOf(request: CreateRequest): string | undefined {
  const {name, region, provider} = {...createRequestDefaults, ...request}
  const cost = clusterCost({...specInput({...request, provider}, name), region})
  return cost === null
    ? undefined
    : (costAmounts(cost, ttlOf(provider, request.ttl)) ?? 'at prices that khw does not know')
}

function moneyRows(request: CreateRequest): [string, string][] {
  const {name, region, provider} = {...createRequestDefaults, ...request}
  const ttl = ttlOf(provider, request.ttl)
  const cost = clusterCost({...specInput({...request, provider}, name), region})
  if (cost === null)
    return [['Costs', costHere(request)], ...(ttl === null ? [] : [['Ends', ends(ttl)] as [string, string]])]
  const spot = request.spot ? '; the spot market takes less' : ''
  return [
    ['Costs', costAmounts(cost, ttl) ?? `unknown: no list price of ${cost.unknown.join(', ')}`],
    ['Prices', `on demand, as listed in ${pricesAsOf()}${spot}`],
    ['Ends', ends(ttl)],
  ]
}

function ends(ttl: number | null): string {
  return ttl === null
    ? 'never, unless it is destroyed'
    : `${durationText(ttl)} after its creation, unless it is extended`
}

/** Only what was chosen: the defaults need no row. */
function machineRows({
  controllerTypes,
  workerTypes,
  volumeSize,
  image,
  spot,
  ssm,
  network,
}: CreateRequest): [string, string][] {
  const types = [
    ...(controllerTypes === undefined ? [] : [`controllers ${controllerTypes.join(' or ')}`]),
    ...(workerTypes === undefined ? [] : [`workers ${workerTypes.join(' or ')}`]),
    ...(volumeSize === undefined ? [] : [`${volumeSize} GiB each`]),
    ...(image === undefined ? [] : [image]),
    ...(spot === true ? ['workers on the spot market'] : []),
    ...(ssm === true ? ['Session Manager'] : []),
  ]
  return [
    ...(types.length === 0 ? [] : [['Machines', types.join(', ')] satisfies [string, string]]),
    ...(network?.zones === undefined ? [] : [['Zones', network.zones.join(', ')] satisfies [string, string]]),
  ]
}

function problem(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof KhwError) return error.message
    throw error
  }
}
