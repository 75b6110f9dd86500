import type {EC2} from '@aws-sdk/client-ec2'
import {awsCommand} from '../../aws/command-line.js'
import {instanceTypes, offeringZones, type InstanceTypeFacts} from '../../aws/instance-types.js'
import {availabilityZones} from '../../aws/zones.js'
import {DEFAULT_TYPES, typesOf} from '../../cluster/machines.js'
import type {Architecture, ClusterSpec, Problem} from '../../cluster/spec.js'
import type {Role} from '../../cluster/addressing.js'

const ROLES = ['controller', 'worker'] as const

export interface MachineQuestion {
  readonly ec2: EC2
  /** Name of the region, for people. */
  readonly region: string
  readonly spec: ClusterSpec
  /** Of a region all of whose machines are alike. */
  readonly only?: Architecture | undefined
  readonly signal: AbortSignal
}

export interface MachineFindings {
  /** What all machines of the cluster run; undefined if that is one of the problems. */
  readonly architecture: Architecture | undefined
  readonly types: ReadonlyMap<string, InstanceTypeFacts>
  readonly problems: readonly Problem[]
}

/** What the region says of the types and the zones that are asked for: everything that is wrong, at once. */
export async function machineFindings(question: MachineQuestion): Promise<MachineFindings> {
  const {ec2, spec, signal} = question
  const names = [...new Set(ROLES.flatMap(role => typesOf(spec, role)))]
  const [types, offered, zones] = await Promise.all([
    instanceTypes(ec2, names, signal),
    offeringZones(ec2, names, signal),
    availabilityZones(ec2, signal),
  ])
  const unknown = ROLES.flatMap(role => unknownTypes(role, question, types))
  const architectures = new Set([...types.values()].map(type => type.architecture))
  const [architecture] = architectures
  const unknownZones = zoneProblems(question, zones)
  const wrong = unknown.length > 0 ? unknown : architectureProblems(question, types)
  return {
    architecture: wrong.length === 0 ? architecture : undefined,
    types,
    problems: [...wrong, ...(unknownZones.length > 0 ? unknownZones : offeringProblems(question, types, offered))],
  }
}

function unknownTypes(
  role: Role,
  {spec, region}: MachineQuestion,
  types: ReadonlyMap<string, InstanceTypeFacts>,
): Problem[] {
  return typesOf(spec, role)
    .filter(name => types.get(name)?.architecture === undefined)
    .map(name => ({
      what: types.has(name)
        ? `The instance type ${name} runs neither amd64 nor arm64.`
        : `The region ${region} has no instance type ${name}.`,
      fix: `Try --${role}-type ${DEFAULT_TYPES.amd64}\nSee what there is: ${awsCommand('ec2 describe-instance-types', region)}`,
    }))
}

/** One cluster has one set of programs and one machine image. */
function architectureProblems(
  {spec, region, only}: MachineQuestion,
  types: ReadonlyMap<string, InstanceTypeFacts>,
): Problem[] {
  const wanted = only ?? types.get(spec.controllerType)?.architecture
  if (wanted === undefined) return []
  return ROLES.flatMap(role => {
    const others = typesOf(spec, role).filter(name => types.get(name)?.architecture !== wanted)
    if (others.length === 0) return []
    const why =
      only === undefined
        ? `but ${spec.controllerType}, of the controllers, is ${wanted}: all machines of a cluster have the same programs and the same image`
        : `but the machines of the region ${region} are ${wanted}`
    const architecture = types.get(others[0] ?? '')?.architecture ?? '?'
    return [
      {
        what: `The ${role} type ${others.join(', ')} is ${architecture}, ${why}.`,
        fix: `Try --${role}-type ${DEFAULT_TYPES[wanted]}`,
      },
    ]
  })
}

function zoneProblems({spec, region}: MachineQuestion, zones: readonly string[]): Problem[] {
  const unknown = (spec.network.zones ?? []).filter(zone => !zones.includes(zone))
  if (unknown.length === 0) return []
  return [
    {
      what: `The region ${region} has no availability zone ${unknown.join(', ')} for this account: it has ${zones.join(', ')}.`,
      fix: `Try --zones ${zones.slice(0, 3).join(',')}`,
    },
  ]
}

/** One that some zone lacks is made good by the others; one that none of them has is not. */
function offeringProblems(
  {spec, region}: MachineQuestion,
  types: ReadonlyMap<string, InstanceTypeFacts>,
  offered: ReadonlyMap<string, readonly string[]>,
): Problem[] {
  const {zones} = spec.network
  return ROLES.flatMap(role => {
    const known = typesOf(spec, role).filter(name => types.has(name))
    const places = known.flatMap(name => offered.get(name) ?? [])
    if (known.length === 0 || places.some(zone => zones?.includes(zone) ?? true)) return []
    const where = zones === undefined ? `any zone of ${region}` : zones.join(', ')
    return [
      {
        what: `The ${role} type ${known.join(', ')} is not offered in ${where}.`,
        fix:
          places.length === 0
            ? `Try --${role}-type ${DEFAULT_TYPES.amd64}, or choose another region with --region`
            : `Try --zones ${[...new Set(places)].sort().slice(0, 3).join(',')}`,
      },
    ]
  })
}
