import {createHash} from 'node:crypto'
import {chmodSync, mkdirSync, renameSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {OperatorRanges} from '../../cluster/operator-ranges.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {Issuance} from '../../pki/lifetime.js'
import type {RotatedKey} from '../../pki/rotated-keys.js'
import {writeError} from '../../write-error.js'
import {flushDirectory, removeTemporaryFiles} from '../../write-file.js'
import {clusterFileHolds, hasClusterFile, readClusterFile, writeClusterFile} from './cluster-file.js'
import {SCHEMA, type JournalContent, type JournalHeader, type Rotating, type StepRecord} from './journal-content.js'
import {JournalFile} from './journal-file.js'
import type {Json} from './json.js'

export type {JournalHeader, Rotating, StepRecord} from './journal-content.js'

/**
 * The write-ahead record of one cluster: `journal.json` in the cluster's directory (0700), mode 0600. A step is written
 * as `running` before its first side effect and as `done`, with its output, right after it. Holds no secret.
 * Every write throws DISK_FULL or HOME_NOT_WRITABLE; what was written before stays whole then.
 */
export class Journal {
  private constructor(
    private readonly directory: string,
    private readonly file: JournalFile,
  ) {}

  /** What the cluster is, is on the disk twice when this returns: in the journal and beside it. */
  static create(directory: string, header: JournalHeader): Journal {
    try {
      mkdirSync(directory, {recursive: true, mode: 0o700})
      chmodSync(directory, 0o700)
      flushDirectory(dirname(directory))
    } catch (error) {
      throw writeError(error, `The directory ${directory} could not be made`)
    }
    // `conf` reads what is there before it writes.
    moveAside(join(directory, 'journal.json'))
    // In this order, a process that is killed in between leaves a journal which needs no repair.
    const file = JournalFile.write(directory, emptyContent(header))
    writeClusterFile(directory, header)
    return new Journal(directory, file)
  }

  /**
   * As `open`, for who holds the lock: also removes the copies that killed writers left behind, of secrets too, and writes
   * the record beside the journal that they did not get to.
   */
  static openToWrite(directory: string): Journal {
    sweep(directory)
    const journal = Journal.open(directory)
    if (!clusterFileHolds(directory, journal.header)) writeClusterFile(directory, journal.header)
    return journal
  }

  /** Throws JOURNAL_UNREADABLE or JOURNAL_TOO_NEW; never resets a file it cannot read. */
  static open(directory: string): Journal {
    const file = JournalFile.read(directory)
    hasClusterFile(directory)
    return new Journal(directory, file)
  }

  /**
   * As `openToWrite`; a journal that is missing or garbled is replaced by one that knows what the cluster is and of no
   * step: they adopt what AWS has. That it was being destroyed is forgotten as well. The broken file is moved aside, to
   * `journal.json.broken-TIME`. Throws JOURNAL_UNREADABLE if what the cluster is cannot be read either, and
   * JOURNAL_TOO_NEW.
   */
  static restore(directory: string): Journal {
    try {
      return Journal.openToWrite(directory)
    } catch (error) {
      if (!(error instanceof KhwError) || error.code !== 'JOURNAL_UNREADABLE') throw error
    }
    const header = readClusterFile(directory)
    moveAside(join(directory, 'journal.json'))
    return new Journal(directory, JournalFile.write(directory, emptyContent(header)))
  }

  get header(): JournalHeader {
    return this.file.content.header
  }

  /** The expiry that machines and tags are being given; undefined if that is done. */
  get extendingTo(): string | null | undefined {
    return this.file.content.extendingTo
  }

  /** Whether new certificates were asked for that are not everywhere yet. */
  get renewing(): boolean {
    return this.file.content.renewing === true
  }

  /** Keys that are being rotated, by what the journal knows; see `unfinishedRotation` for one that was lost. */
  get rotating(): Rotating {
    return this.file.content.rotating ?? {}
  }

  get intent(): 'create' | 'destroy' {
    return this.file.content.intent
  }

  get complete(): boolean {
    return this.file.content.complete
  }

  get steps(): Readonly<Record<string, StepRecord>> {
    return this.file.content.steps
  }

  setIntent(intent: 'create' | 'destroy'): void {
    if (this.intent !== intent) this.write({intent})
  }

  /**
   * Writes down anew what can change about a cluster, in both files. A process that is killed in between leaves the copy as
   * it was, which the next writer makes good.
   */
  amend(change: Amendment): void {
    const {addons, ...rest} = change
    const amended: {-readonly [Key in keyof JournalHeader]: JournalHeader[Key]} = {...this.header, ...rest}
    if (addons !== undefined) amended.spec = {...amended.spec, addons}
    if (change.operatorCidr !== undefined) {
      if (change.moreOperatorCidrs === undefined) delete amended.moreOperatorCidrs
      if (change.rangesGiven === undefined) delete amended.rangesGiven
    }
    if (JSON.stringify(amended) !== JSON.stringify(this.header)) this.write({header: amended})
    writeClusterFile(this.directory, amended)
  }

  /** To be on the disk before a machine or a tag is told of it. ISO 8601; null: never. */
  beginExtension(expiresAt: string | null): void {
    this.write({extendingTo: expiresAt})
  }

  /** Machines and tags have it. */
  finishExtension(): void {
    const {extendingTo, ...content} = this.file.content
    if (extendingTo === undefined) return
    const {expiresAt = null, firstExpiresAt = expiresAt} = this.header
    this.file.content = {...content, header: {...this.header, expiresAt: extendingTo, firstExpiresAt}}
    writeClusterFile(this.directory, this.header)
  }

  /** To be on the disk before the first certificate is issued. */
  beginRenewal(issuance: Issuance): void {
    this.write({renewing: true, header: {...this.header, issuance}})
    writeClusterFile(this.directory, this.header)
  }

  /** Every node has its new certificates. */
  finishRenewal(): void {
    const {renewing, ...content} = this.file.content
    if (renewing) this.file.content = content
  }

  /** To be on the disk before a key is drawn. */
  beginRotation(rotating: Rotating): void {
    this.write({rotating: {...this.rotating, ...rotating}})
  }

  /** The key that was on its way out is nowhere any more. */
  finishRotation(key: RotatedKey): void {
    const {rotating, ...content} = this.file.content
    if (rotating?.[key] === undefined) return
    const rest = Object.fromEntries(Object.entries(rotating).filter(([other]) => other !== key))
    this.file.content = Object.keys(rest).length === 0 ? content : {...content, rotating: rest}
  }

  setComplete(complete: boolean): void {
    if (this.complete !== complete) this.write({complete})
  }

  record(stepId: string, record: StepRecord): void {
    this.write({steps: {...this.steps, [stepId]: record}})
  }

  /** What is done anew by the next run that has such a step. */
  forget(stepIds: readonly string[]): void {
    const kept = Object.entries(this.steps).filter(([id]) => !stepIds.includes(id))
    if (kept.length < Object.keys(this.steps).length) this.write({steps: Object.fromEntries(kept)})
  }

  private write(change: Partial<JournalContent>): void {
    this.file.content = {...this.file.content, ...change}
  }
}

/** New values of what a header may say otherwise later on; ranges come all at once, with whether they were given; so do add-ons. */
export type Amendment = Partial<OperatorRanges> & Pick<JournalHeader, 'rangesGiven'> & Pick<ClusterSpec, 'addons'>

/** When what a step stands for was made, or may have been, in milliseconds since 1970. */
export function madeAt(record: StepRecord): number {
  if (record.status === 'done') return Date.parse(record.generation)
  return Date.parse(record.status === 'running' ? (record.sentAt ?? record.startedAt) : record.startedAt)
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

function emptyContent(header: JournalHeader): JournalContent {
  return {schema: SCHEMA, header, intent: 'create', complete: false, steps: {}}
}

function sweep(directory: string): void {
  try {
    removeTemporaryFiles(directory)
  } catch (error) {
    throw writeError(error, `Could not tidy up ${directory}`)
  }
}

function moveAside(path: string): void {
  const aside = `${path}.broken-${new Date().toISOString().replace(/[:.]/g, '-')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw writeError(error, `Could not move ${path} aside`)
  }
}
