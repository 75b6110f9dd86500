import type {ClusterReport} from '../cluster/report.js'
import {FileSecretStore} from '../pki/file-secret-store.js'
import type {RotatedKey} from '../pki/rotated-keys.js'
import {runCluster, type CreateOptions} from './create-cluster.js'
import {rotate} from './keys/rotate.js'
import {runStage} from './keys/run-stage.js'
import {withClusterAtWork, type AtWorkOptions} from './session/cluster-at-work.js'

export interface RotateOptions extends AtWorkOptions, Pick<CreateOptions, 'onEvent' | 'onNotice'> {
  /** Of these a new one is drawn, unless a rotation of one of them is unfinished: that is gone on with then. */
  readonly keys: readonly RotatedKey[]
  /** Do not wait until the last token has ended that the old service account key has signed. */
  readonly revokeTokens: boolean
}

/**
 * Draws the keys anew by which etcd's content is encrypted and service account tokens are signed, and takes them to one
 * controller after the other while the cluster is at work. Where tokens of the old key are still good, that one stays
 * until a later call; the report says until when.
 */
export function rotateKeys(options: RotateOptions): Promise<ClusterReport> {
  const asked = {command: 'khw keys rotate', unfinished: 'it gets its keys first', what: 'new keys'}
  return withClusterAtWork(options, asked, ({directory, journal, access}) =>
    rotate({
      ...options,
      journal,
      secrets: new FileSecretStore(directory.secrets),
      now: Date.now,
      runStage: rotations => runStage(options, directory, journal, access, rotations),
      runLast: () => runCluster(options, directory, journal, access, {gives: 'keys'}),
    }),
  )
}
