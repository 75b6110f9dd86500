import {explained} from '../aws/explained.js'
import {rewriteSpecTags} from '../aws/spec-tags.js'
import type {Home} from '../cluster/home.js'
import {admits, listRanges, operatorRanges, rangesOf} from '../cluster/operator-ranges.js'
import {chooseCluster} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {Journal, type JournalHeader} from './engine/journal.js'
import {refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {specHolders} from './clusters/find-clusters.js'
import {authorizeMissing, operatorChanges, revokeStale, type GroupChange} from './network/operator-rules.js'
import {openRegionAnew} from './session/open-region.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import {ownRanges} from './operator/address-changed.js'
import {sayRanges} from './say-ranges.js'
import {openSession} from './session/session.js'

/** Output contract of `khw access show|refresh --json`. */
export interface AccessReport {
  readonly name: string
  /** Who may reach SSH and the API. */
  readonly admitted: readonly string[]
  /** Where you come from; null if that could not be learnt. */
  readonly yours: readonly string[] | null
  readonly ok: boolean
  /** There if the user said who is admitted; khw found it out otherwise. */
  readonly given?: true
  /** Rules of the security groups that are missing, and that should be gone. */
  readonly rules: RuleCount
  /** Only of a refresh: the rules that it found missing, and those that it took away. */
  readonly changed?: {readonly opened: number; readonly closed: number}
}

interface RuleCount {
  readonly missing: number
  readonly stale: number
}

export interface RefreshOptions {
  readonly home: Home
  readonly name?: string
  /** As `parseOperatorRanges` gives them; one's own by default, unless others were given before. */
  readonly ranges?: readonly string[]
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly signal: AbortSignal
}

/** Who may reach a cluster, by its record and by its security groups, and whether one is among them. Changes nothing. */
export function showAccess(options: ClusterOptions): Promise<AccessReport> {
  return withCluster(options, async ({journal: {header}, context}) => {
    const {home, signal} = options
    const admitted = listRanges(header)
    const yours = await ownRanges(home, header, signal).catch(() => null)
    const changes = operatorChanges(header.spec, admitted, [], context.inventory)
    refuseWithoutGroups(header, changes)
    const rules = countOf(changes)
    const ok = yours !== null && admits(header, yours) && rules.missing === 0
    return {name: header.spec.name, admitted, yours, ok, ...(header.rangesGiven && {given: true}), rules}
  })
}

/**
 * Lets in who shall be, and then nobody else any more: first the new rules, then the records, then the old rules go. Whoever
 * was stopped in between calls it again; it looks at what there is.
 */
export async function refreshAccess(options: RefreshOptions): Promise<AccessReport> {
  const {home, ranges, signal} = options
  const directory = chooseCluster(home, options.name)
  const lock = acquireLock(directory.path, `khw access refresh ${directory.name}`, options)
  try {
    const journal = Journal.openToWrite(directory.path)
    const {header} = journal
    refuseWhileDestroyed(journal)
    if (ranges === undefined) refuseToGuess(header)
    const access = await openRegionAnew(home, header, ranges, signal)
    const session = await openSession(directory, header, access, signal)
    const {ec2, ec2Once, inventory} = session.context
    try {
      const admitted = listRanges(access)
      const changes = operatorChanges(header.spec, admitted, listRanges(header), inventory)
      refuseWithoutGroups(header, changes)
      await authorizeMissing(ec2Once, changes)
      journal.amend({...rangesOf(access), ...(ranges !== undefined && {rangesGiven: true})})
      for (const {id, tags} of specHolders(inventory))
        await rewriteSpecTags(ec2, id, tags, {spec: header.spec, ...operatorRanges(admitted)})
      await revokeStale(ec2, changes)
      const yours = ranges === undefined ? admitted : await ownRanges(home, header, signal).catch(() => null)
      const ok = yours !== null && admits(access, yours)
      const {missing: opened, stale: closed} = countOf(changes)
      const given = ranges === undefined ? {} : {given: true as const}
      return {
        name: directory.name,
        admitted,
        yours,
        ok,
        ...given,
        rules: {missing: 0, stale: 0},
        changed: {opened, closed},
      }
    } catch (error) {
      throw explained(error, `Could not change who may reach "${directory.name}"`)
    } finally {
      await session.close()
    }
  } finally {
    lock.release()
  }
}

/** Where there is no group there is nobody who could be let in. */
function refuseWithoutGroups({spec: {name}}: JournalHeader, changes: readonly GroupChange[]): void {
  if (changes.length > 0) return
  throw new KhwError('CLUSTER_NOT_FOUND', `The security groups of "${name}" are not there: nobody is let in.`, [
    `See what is: khw status ${name}`,
    `Make what is missing: khw create --name ${name}`,
  ])
}

/** What khw would find out is not what was said, and may be no way to the machines at all. */
function refuseToGuess(header: JournalHeader): void {
  if (header.rangesGiven !== true) return
  const {name} = header.spec
  throw new KhwError(
    'USAGE',
    `Who may reach the cluster "${name}" was said with --allow-cidr (${listRanges(header).join(', ')}): khw does not put its own guess in the place of that.`,
    [`Say who may reach it now: ${sayRanges(name)}`],
    {exit: 2},
  )
}

function countOf(changes: readonly GroupChange[]): RuleCount {
  return {
    missing: changes.flatMap(change => change.missing).length,
    stale: changes.flatMap(change => change.stale).length,
  }
}
