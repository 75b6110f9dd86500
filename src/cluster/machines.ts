import type {Role} from './addressing.js'
import {DEFAULT_IMAGE, IMAGE_FAMILY_NAMES, isImageFamily, isImageId} from './image-families.js'
import type {Architecture, ClusterSpec, Problem, SpecInput} from './spec.js'

/** A type of either architecture that is large enough for any role. */
export const DEFAULT_TYPES: Readonly<Record<Architecture, string>> = {amd64: 't3.medium', arm64: 't4g.medium'}

/** GiB: what the smallest image khw knows needs, and the largest gp3 volume that every region has. */
const VOLUME = {least: 8, most: 16_384}

/** More than anybody waits for; each is a call for each zone when there is no capacity. */
const MOST_TYPES = 5

/** Instance types of a role, the preferred one first; the next are for when it is not to be had. */
export function typesOf(
  {controllerType, workerType, fallbackTypes}: Pick<ClusterSpec, 'controllerType' | 'workerType' | 'fallbackTypes'>,
  role: Role,
): readonly [string, ...string[]] {
  return [role === 'controller' ? controllerType : workerType, ...(fallbackTypes?.[role] ?? [])]
}

/** What is wrong with the machines that are asked for, as far as that shows without asking AWS. */
export function machineProblems(input: SpecInput): Problem[] {
  return [
    ...typeProblems('--controller-type', typesOf(input, 'controller')),
    ...typeProblems('--worker-type', typesOf(input, 'worker')),
    ...volumeProblems(input.volumeSize),
    ...zoneProblems(input),
    ...imageProblems(input),
  ]
}

function typeProblems(flag: string, types: readonly string[]): Problem[] {
  const problems: Problem[] = types
    .filter(type => !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type))
    .map(type => ({
      what: `${flag} ${types.join(',')}: "${type}" is not the name of an instance type, such as t3.medium.`,
      fix: `Try ${flag} t3.medium`,
    }))
  const distinct = [...new Set(types)]
  if (distinct.length < types.length) {
    problems.push({
      what: `${flag} ${types.join(',')} names a type twice.`,
      fix: `Try ${flag} ${distinct.join(',')}`,
    })
  } else if (types.length > MOST_TYPES) {
    problems.push({
      what: `${flag} ${types.join(',')} names ${types.length} types: khw tries up to ${MOST_TYPES}.`,
      fix: `Try ${flag} ${types.slice(0, MOST_TYPES).join(',')}`,
    })
  }
  return problems
}

function volumeProblems(size: number): Problem[] {
  if (Number.isInteger(size) && size >= VOLUME.least && size <= VOLUME.most) return []
  const nearest = Math.min(VOLUME.most, Math.max(VOLUME.least, Math.round(size)))
  return [
    {
      what: `A root volume of ${size} GiB cannot be had: it has from ${VOLUME.least} to ${VOLUME.most} GiB.`,
      fix: `Try --volume-size ${Number.isFinite(nearest) ? nearest : 20}`,
    },
  ]
}

function imageProblems({image, loginUser}: SpecInput): Problem[] {
  const problems: Problem[] = []
  const isId = image !== undefined && isImageId(image)
  if (image !== undefined && !isId && !isImageFamily(image)) {
    problems.push({
      what: `--image ${image} is neither the id of an image (ami-...) nor one of ${IMAGE_FAMILY_NAMES.join(', ')}.`,
      fix: `Try --image ${DEFAULT_IMAGE}`,
    })
  } else if (loginUser !== undefined && !isId) {
    problems.push({
      what: `--login-user ${loginUser} goes with --image ami-ID only: the login user of ${image ?? DEFAULT_IMAGE} is known.`,
      fix: 'Leave out --login-user',
    })
  }
  if (loginUser !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(loginUser)) {
    problems.push({
      what: `--login-user ${loginUser} is not the name of a user: lower-case letters, digits, dashes and underscores.`,
      fix: 'Try --login-user ec2-user',
    })
  }
  return problems
}

function zoneProblems({network}: SpecInput): Problem[] {
  const zones = network?.zones
  // Of existing subnets, several may be in one zone.
  if (zones === undefined || network?.existing !== undefined) return []
  const problems: Problem[] = []
  const odd = zones.find(zone => !/^[a-z]+(-[a-z0-9]+)+$/.test(zone))
  if (odd !== undefined || zones.length === 0) {
    problems.push({
      what: `--zones ${zones.join(',')}: "${odd ?? ''}" is not the name of an availability zone, such as us-west-2a.`,
      fix: 'Try --zones us-west-2a,us-west-2b',
    })
  } else if (new Set(zones).size < zones.length) {
    const distinct = [...new Set(zones)].join(',')
    problems.push({what: `--zones ${zones.join(',')} names a zone twice.`, fix: `Try --zones ${distinct}`})
  }
  const subnets = network?.subnets
  if (subnets !== undefined && subnets < zones.length) {
    problems.push({
      what: `${subnets} subnets cannot be in the ${zones.length} zones ${zones.join(', ')}: a subnet is in one zone.`,
      fix: `Try --subnet-count ${zones.length}, or leave it out`,
    })
  }
  return problems
}
