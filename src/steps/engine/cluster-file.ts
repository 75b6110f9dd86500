import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {writeError} from '../../write-error.js'
import {writeFileAtomicallySync} from '../../write-file.js'
import {SCHEMA, type ClusterContent, type JournalHeader} from './journal-content.js'
import {clusterUnreadable, isRecord, readError, refuseNewer} from './journal-errors.js'

/**
 * The file `cluster.json` beside the journal: what the cluster is, and nothing of how it is getting on. Since it is
 * hardly ever written again, no later write is likely to spoil it. Throws DISK_FULL or HOME_NOT_WRITABLE.
 */
export function writeClusterFile(directory: string, header: JournalHeader): void {
  const path = pathIn(directory)
  try {
    writeFileAtomicallySync(path, `${JSON.stringify({schema: SCHEMA, header} satisfies ClusterContent)}\n`, 0o600)
  } catch (error) {
    throw writeError(error, `The record ${path} could not be written`)
  }
}

/** Throws JOURNAL_UNREADABLE (also if there is none) or JOURNAL_TOO_NEW. */
export function readClusterFile(directory: string): JournalHeader {
  const path = pathIn(directory)
  const garbled = (why: string, cause?: unknown) => clusterUnreadable(path, why, cause)
  if (!existsSync(path)) throw garbled('it is missing')
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw readError(path, error, why => garbled(why, error))
  }
  if (isRecord(content)) refuseNewer(path, content['schema'])
  if (!isCluster(content)) throw garbled('it is not a record of khw')
  return content.header
}

/** False if there is none or it is garbled. Throws JOURNAL_TOO_NEW. */
export function hasClusterFile(directory: string): boolean {
  try {
    readClusterFile(directory)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'JOURNAL_UNREADABLE') return false
    throw error
  }
}

/** Whether it says just that. Throws JOURNAL_TOO_NEW. */
export function clusterFileHolds(directory: string, header: JournalHeader): boolean {
  return hasClusterFile(directory) && isDeepStrictEqual(readClusterFile(directory), header)
}

function pathIn(directory: string): string {
  return join(directory, 'cluster.json')
}

function isCluster(content: unknown): content is ClusterContent {
  return (
    isRecord(content) &&
    typeof content['schema'] === 'number' &&
    isRecord(content['header']) &&
    typeof content['header']['clusterId'] === 'string'
  )
}
