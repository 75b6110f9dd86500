/** One file of a node, as it lies on disk there. */
export interface NodeFile {
  /** Absolute. */
  readonly path: string
  readonly content: string
  /** Permission bits, for example 0o600. */
  readonly mode: number
  /** User and group; `etcd` is made by the node's boot script. */
  readonly owner: 'root' | 'etcd'
}

/** A systemd unit of a node; its file is among the bundle's files, at /etc/systemd/system/<name>. */
export interface NodeUnit {
  /** `kubelet.service` */
  readonly name: string
  /** Absolute paths of the files whose change restarts it (its unit file always counts). */
  readonly inputs: readonly string[]
  /** It takes up its inputs by `systemctl reload`, without a break; only another unit file restarts it. */
  readonly reloads?: true
  /** Started when the bundle is applied; units that must wait for others are started by a later step. */
  readonly startNow: boolean
}

/** Everything that configures one node: sent as one tar stream, applied by one idempotent script. */
export interface NodeBundle {
  readonly files: readonly NodeFile[]
  readonly units: readonly NodeUnit[]
}
