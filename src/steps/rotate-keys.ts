import type {ClusterReport} from '../cluster/report.js'
import {chooseCluster} from '../cluster/store.js'
import {FileSecretStore} from '../pki/file-secret-store.js'
import type {RotatedKey} from '../pki/rotated-keys.js'
import {runCluster, type CreateOptions} from './create-cluster.js'
import {Journal} from './engine/journal.js'
import {refuseUnfinished, refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {rotate} from './keys/rotate.js'
import {runStage} from './keys/run-stage.js'
import type {ClusterOptions} from './session/open-cluster.js'
import {reopenRegion} from './session/open-region.js'
import {refuseWithoutMachines} from './session/refuse-without-machines.js'

export interface RotateOptions extends ClusterOptions, Pick<CreateOptions, 'onEvent' | 'onNotice'> {
  /** Of these a new one is drawn, unless a rotation of one of them is unfinished: that is gone on with then. */
  readonly keys: readonly RotatedKey[]
  /** Do not wait until the last token has ended that the old service account key has signed. */
  readonly revokeTokens: boolean
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
}

/**
 * Draws the keys anew by which etcd's content is encrypted and service account tokens are signed, and takes them to one
 * controller after the other while the cluster is at work. Where tokens of the old key are still good, that one stays
 * until a later call; the report says until when.
 */
export async function rotateKeys(options: RotateOptions): Promise<ClusterReport> {
  const {home, signal} = options
  const directory = chooseCluster(home, options.name)
  const lock = acquireLock(directory.path, `khw keys rotate ${directory.name}`, options)
  try {
    const journal = Journal.openToWrite(directory.path)
    refuseWhileDestroyed(journal)
    refuseUnfinished(journal, 'it gets its keys first')
    await refuseWithoutMachines({...options, name: directory.name}, 'new keys')
    const access = await reopenRegion(home, journal.header, signal)
    return await rotate({
      ...options,
      journal,
      secrets: new FileSecretStore(directory.secrets),
      now: Date.now,
      runStage: rotations => runStage(options, directory, journal, access, rotations),
      runLast: () => runCluster(options, directory, journal, access, undefined),
    })
  } finally {
    lock.release()
    signal.throwIfAborted()
  }
}
