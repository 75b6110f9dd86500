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

interface Pending {
  readonly apply: (state: RegionState) => RegionState
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/**
 * The state of a region, on disk as one JSON file. A change is on disk (temporary file, fsync, rename; mode 0600) before
 * anybody sees it. One process may have a file open; the daemon's own lock sees to that.
 */
export class RegionStore {
  private readonly queue: Pending[] = []
  private writing: Promise<void> | undefined

  private constructor(
    private readonly file: string,
    private current: RegionState,
  ) {}

  /**
   * Reads the file, or writes `create()` if there is none. Throws JOURNAL_TOO_NEW for a newer schema and
   * JOURNAL_UNREADABLE for anything else it cannot use: it never starts over by itself, since machines may be running.
   */
  static async open(file: string, create: () => RegionState): Promise<RegionStore> {
    const text = await readIfThere(file)
    if (text !== undefined) return new RegionStore(file, parseState(file, text))
    const state = create()
    await writeState(file, state)
    return new RegionStore(file, state)
  }

  /** What is on disk: a snapshot that later changes leave alone. Not to be written to; that is what `change` is for. */
  get state(): RegionState {
    return this.current
  }

  /**
   * Runs `fn` on a copy of the state, stores the copy, and resolves with what `fn` returned. Changes run one after the
   * other; those that wait are written together. If `fn` throws, nothing of it is kept and the promise rejects with that.
   */
  change<T>(fn: (state: RegionState) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let answer: () => void
      this.queue.push({
        apply: state => {
          const draft = structuredClone(state)
          const result = fn(draft)
          answer = () => {
            resolve(result)
          }
          return draft
        },
        done: () => {
          answer()
        },
        failed: reject,
      })
      this.writing ??= this.drain()
    })
  }

  private async drain(): Promise<void> {
    // Let changes that are asked for in the same turn join the first write.
    await Promise.resolve()
    while (this.queue.length > 0) {
      const applied: Pending[] = []
      let next = this.current
      for (const pending of this.queue.splice(0)) {
        try {
          next = pending.apply(next)
          applied.push(pending)
        } catch (error) {
          pending.failed(error)
        }
      }
      try {
        if (applied.length > 0) await writeState(this.file, next)
        this.current = next
        for (const pending of applied) pending.done()
      } catch (error) {
        for (const pending of applied) pending.failed(error)
      }
    }
    this.writing = undefined
  }
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

async function writeState(file: string, state: RegionState): Promise<void> {
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
