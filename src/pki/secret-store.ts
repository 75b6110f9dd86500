/** Files for private things of one cluster (0600, in a 0700 directory): never in the journal, in arguments or in logs. */
export interface SecretStore {
  /** Undefined if there is none of that name. A name is a relative path without dots in front: `pki/etcd/ca.key`. */
  read(name: string): Promise<string | undefined>
  /** Written atomically (temporary file, fsync, rename). */
  write(name: string, content: string): Promise<void>
}
