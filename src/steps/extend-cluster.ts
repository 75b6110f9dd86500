import {explained} from '../aws/explained.js'
import {systemClock, type Clock} from '../clock.js'
import {isExpired} from '../cluster/expiry.js'
import {chooseCluster, type ClusterDirectory} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {certificateExpiry} from './certificates/ended.js'
import {Journal} from './engine/journal.js'
import {refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {tellMachines, type ToldMachine} from './expiry/machines.js'
import {newExpiry} from './expiry/new-expiry.js'
import {tagExpiry} from './expiry/tags.js'
import type {ClusterOptions} from './session/open-cluster.js'
import {reopenRegion} from './session/open-region.js'
import {openSession} from './session/session.js'

export interface ExtendOptions extends ClusterOptions {
  /** Milliseconds more; null: it never ends; undefined: no more, but what does not know its expiry yet is told. */
  readonly by: number | null | undefined
  /** Counted from now instead of from its present expiry, be that earlier or later. */
  readonly fromNow: boolean
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onNotice: (text: string) => void
  readonly clock?: Clock
}

/** Output contract of `khw extend --json`. */
export interface ExtendReport {
  readonly name: string
  readonly id: string
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null
  readonly machines: readonly ToldMachine[]
  /** How many resources carry it as a tag. */
  readonly tagged: number
}

/**
 * Gives a cluster more time: its machines first, which end themselves, then its tags, by which others would sweep it, then
 * its record. The time itself is on the disk before: a run that was interrupted is finished by the next, whatever that is
 * asked for, so that no hour is added twice.
 */
export async function extendCluster(options: ExtendOptions): Promise<ExtendReport> {
  const directory = chooseCluster(options.home, options.name)
  const lock = acquireLock(directory.path, `khw extend ${directory.name}`, options)
  try {
    return await extend(options, directory, Journal.openToWrite(directory.path))
  } finally {
    lock.release()
  }
}

async function extend(options: ExtendOptions, directory: ClusterDirectory, journal: Journal): Promise<ExtendReport> {
  const {home, signal, clock = systemClock, onNotice} = options
  const {name} = directory
  refuseWhileDestroyed(journal)
  const expiresAt = targetOf(options, journal, clock.now())
  const {createdAt, clusterId} = journal.header
  const access = await reopenRegion(home, journal.header, signal)
  const session = await openSession(directory, journal.header, access, signal, {clock})
  try {
    journal.beginExtension(expiresAt)
    const machines = await tellMachines(session.context, {createdAt, expiresAt})
    refuseDeafness(name, machines)
    const tagged = await tagExpiry(session.context, expiresAt)
    journal.finishExtension()
    const certificates = certificateExpiry(journal)
    if (certificates !== null && (expiresAt === null || certificates < expiresAt))
      onNotice(`Its certificates end before that, on ${certificates.slice(0, 10)}. New ones: khw certs renew ${name}`)
    return {name, id: clusterId, expiresAt, machines, tagged}
  } catch (error) {
    signal.throwIfAborted()
    throw explained(error, `Could not extend "${name}"`)
  } finally {
    await session.close()
  }
}

function targetOf({by, fromNow, onNotice}: ExtendOptions, journal: Journal, now: number): string | null {
  const {extendingTo, header} = journal
  const {expiresAt = null, spec} = header
  const {name} = spec
  if (extendingTo !== undefined && !isExpired(extendingTo, now)) {
    onNotice(`Finishing what an earlier khw extend has begun: "${name}" ends ${extendingTo ?? 'never'}.`)
    return extendingTo
  }
  return newExpiry({name, expiresAt, by, fromNow, now})
}

/** Tags that promise more than any machine knows of would only mislead. */
function refuseDeafness(name: string, machines: readonly ToldMachine[]): void {
  const running = machines.filter(machine => machine.running)
  if (running.length === 0 || running.some(machine => machine.told)) return
  throw new KhwError(
    'SSH_FAILED',
    `None of the machines of "${name}" could be told; they still end when they were to end. ${running[0]?.detail ?? ''}`,
    [`khw extend ${name}`],
    {exit: 69},
  )
}
