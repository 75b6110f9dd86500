import {randomInt} from 'node:crypto'
import {mkdir, readFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {KhwError, messageOf} from '../errors.js'
import {writeError} from '../write-error.js'
import {writeFileAtomically} from '../write-file.js'
import type {RegionState} from './model.js'

/** The one version of RegionState this code reads and writes. */
const SCHEMA = 1

/** The collections of RegionState, each a record by id. */
const COLLECTIONS = [
  'vpcs',
  'subnets',
  'internetGateways',
  'routeTables',
  'securityGroups',
  'keyPairs',
  'networkInterfaces',
  'volumes',
  'instances',
  'clientTokens',
] as const satisfies readonly (keyof RegionState)[]

/** Collections that regions made by an older khw do not have: nothing of their kind exists there. */
const LATER_COLLECTIONS = [
  'addresses',
  'loadBalancers',
  'targetGroups',
  'listeners',
  'users',
  'accessKeys',
  'sessions',
  'roles',
  'policies',
  'instanceProfiles',
] as const satisfies readonly (keyof RegionState)[]

/** A region in which nothing exists yet; its account number is drawn here, unless given. */
export function emptyRegion(options: {region: string; zones: readonly string[]; accountId?: string}): RegionState {
  return {
    schema: SCHEMA,
    accountId: options.accountId ?? String(randomInt(100_000_000_000, 1_000_000_000_000)),
    region: options.region,
    zones: options.zones,
    vpcs: {},
    subnets: {},
    internetGateways: {},
    routeTables: {},
    securityGroups: {},
    keyPairs: {},
    networkInterfaces: {},
    volumes: {},
    instances: {},
    clientTokens: {},
    addresses: {},
    loadBalancers: {},
    targetGroups: {},
    listeners: {},
    users: {},
    accessKeys: {},
    sessions: {},
    roles: {},
    policies: {},
    instanceProfiles: {},
  }
}

/** Undefined if there is none. Throws JOURNAL_TOO_NEW for a newer schema and JOURNAL_UNREADABLE for anything else it cannot use. */
export async function readState(file: string): Promise<RegionState | undefined> {
  const text = await readIfThere(file)
  return text === undefined ? undefined : parseState(file, text)
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(file, messageOf(error), error)
  }
}

function parseState(file: string, text: string): RegionState {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unreadable(file, 'it is not JSON', error)
  }
  if (!isRecord(value) || typeof value['schema'] !== 'number') throw unreadable(file, 'it has no schema version')
  if (value['schema'] > SCHEMA) {
    throw new KhwError(
      'JOURNAL_TOO_NEW',
      `The local region's state ${file} has schema ${value['schema']}, but this version of khw knows schema ${SCHEMA} and older.`,
      ['Install the version of khw that made this region, or a newer one.'],
    )
  }
  for (const name of LATER_COLLECTIONS) value[name] ??= {}
  if (!isRegionState(value)) throw unreadable(file, 'it lacks fields that every region has')
  return value
}

function isRegionState(value: Record<string, unknown>): value is Record<string, unknown> & RegionState {
  const {schema, accountId, region, zones} = value
  return (
    schema === SCHEMA &&
    typeof accountId === 'string' &&
    typeof region === 'string' &&
    Array.isArray(zones) &&
    zones.every(zone => typeof zone === 'string') &&
    [...COLLECTIONS, ...LATER_COLLECTIONS].every(name => isRecord(value[name]))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unreadable(file: string, why: string, cause?: unknown): KhwError {
  return new KhwError(
    'JOURNAL_UNREADABLE',
    `The local region's state ${file} cannot be used: ${why}. It was left as it is, since machines of this region may be running.`,
    ['Put a copy of the file back if you have one.', 'khw local reset removes the region with everything in it.'],
    {cause},
  )
}

/** Throws DISK_FULL or HOME_NOT_WRITABLE; what was there before stays whole then. */
export async function writeState(file: string, state: RegionState): Promise<void> {
  try {
    await mkdir(dirname(file), {recursive: true, mode: 0o700})
    await writeFileAtomically(file, JSON.stringify(state), 0o600)
  } catch (error) {
    throw writeError(error, `The local region's state ${file} cannot be written`)
  }
}

function codeOf(error: unknown): unknown {
  return isRecord(error) ? error['code'] : error instanceof Error && 'code' in error ? error.code : undefined
}
