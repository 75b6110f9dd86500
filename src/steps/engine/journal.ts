import {createHash} from 'node:crypto'
import {chmodSync, mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import Conf from 'conf'
import type {ArtifactSet} from '../../artifacts/artifact.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError, messageOf} from '../../errors.js'
import type {Json} from './json.js'

/** Version of the file. Rules for changing it: take nothing away, change no meaning, add only optional fields. */
const SCHEMA = 1

/** What a cluster is, frozen before the first call that creates anything. */
export interface JournalHeader {
  readonly clusterId: string
  readonly spec: ClusterSpec
  readonly account: string
  readonly operatorCidr: string
  readonly artifacts: ArtifactSet
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601; null or absent: wanted until it is destroyed. */
  readonly expiresAt?: string | null
}

export type StepRecord =
  | {readonly status: 'running'; readonly token: string; readonly inputs: string; readonly startedAt: string}
  | {
      readonly status: 'failed'
      readonly token: string
      readonly inputs: string
      readonly startedAt: string
      readonly message: string
    }
  | {
      readonly status: 'done'
      readonly inputs: string
      readonly output: Json
      /** ISO 8601: when what it stands for was made; kept while AWS still has that very thing. */
      readonly generation: string
      readonly startedAt: string
      readonly seconds: number
      readonly waitedFor: string | null
    }

interface JournalFile {
  schema: number
  header: JournalHeader
  intent: 'create' | 'destroy'
  /** True once every step of the plan was done. */
  complete: boolean
  steps: Record<string, StepRecord>
}

/**
 * The write-ahead record of one cluster: a `conf` file in the cluster's directory (0700), mode 0600. A step is written
 * as `running` before its first side effect and as `done`, with its output, right after it. Holds no secret.
 */
export class Journal {
  private constructor(private readonly conf: Conf<JournalFile>) {}

  static create(directory: string, header: JournalHeader): Journal {
    mkdirSync(directory, {recursive: true, mode: 0o700})
    chmodSync(directory, 0o700)
    const conf = openConf(directory)
    conf.store = {schema: SCHEMA, header, intent: 'create', complete: false, steps: {}}
    return new Journal(conf)
  }

  /** As `open`, for who holds the lock: also removes the copies that killed writers left behind. */
  static openToWrite(directory: string): Journal {
    sweepTemporaryFiles(directory)
    return Journal.open(directory)
  }

  /** Throws JOURNAL_UNREADABLE or JOURNAL_TOO_NEW; never resets a file it cannot read. */
  static open(directory: string): Journal {
    const file = join(directory, 'journal.json')
    let conf: Conf<JournalFile>
    let content: Partial<JournalFile>
    try {
      conf = openConf(directory)
      content = conf.store
    } catch (error) {
      throw unreadable(file, messageOf(error), error)
    }
    if (typeof content.schema !== 'number' || !content.header || !content.steps) {
      throw unreadable(file, 'it is not a journal of khw')
    }
    if (content.schema > SCHEMA) {
      throw new KhwError('JOURNAL_TOO_NEW', `${file} was written by a newer khw (journal version ${content.schema}).`, [
        'Update khw, then run the command again.',
      ])
    }
    return new Journal(conf)
  }

  get header(): JournalHeader {
    return this.conf.get('header')
  }

  get intent(): 'create' | 'destroy' {
    return this.conf.get('intent')
  }

  get complete(): boolean {
    return this.conf.get('complete')
  }

  get steps(): Readonly<Record<string, StepRecord>> {
    return this.conf.get('steps')
  }

  setIntent(intent: 'create' | 'destroy'): void {
    if (this.intent !== intent) this.write('intent', intent)
  }

  setComplete(complete: boolean): void {
    if (this.complete !== complete) this.write('complete', complete)
  }

  record(stepId: string, record: StepRecord): void {
    this.write('steps', {...this.steps, [stepId]: record})
  }

  /** Throws DISK_FULL; what was written before stays whole. */
  private write<Key extends keyof JournalFile>(key: Key, value: JournalFile[Key]): void {
    try {
      this.conf.set(key, value)
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      throw new KhwError(
        'DISK_FULL',
        `The journal ${this.conf.path} could not be written: the disk is full.`,
        ['Free some space and run the same command again: it goes on where it stopped.'],
        {cause: error, exit: 69},
      )
    }
  }
}

/** A short digest of a step's inputs: a step whose needs gave something else than last time is done again. */
export function inputsDigest(inputs: Json): string {
  return createHash('sha256').update(canonical(inputs)).digest('hex').slice(0, 16)
}

function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

function openConf(directory: string): Conf<JournalFile> {
  return new Conf<JournalFile>({
    cwd: directory,
    configName: 'journal',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
  })
}

/** A writer that was killed leaves its temporary copy behind. */
function sweepTemporaryFiles(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith('journal.json.tmp-')) rmSync(join(directory, name), {force: true})
  }
}

function unreadable(file: string, why: string, cause?: unknown): KhwError {
  return new KhwError(
    'JOURNAL_UNREADABLE',
    `The journal ${file} cannot be read: ${why}.`,
    ['Restore the file from a backup, or move it aside; the machines it describes carry the tag khw:cluster-id.'],
    {cause},
  )
}
