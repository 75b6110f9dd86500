import {readFileSync, statSync} from 'node:fs'
import type {ServiceTables} from '../service-tables.js'

function versionOf(path: string): string | undefined {
  const stats = statSync(path, {bigint: true, throwIfNoEntry: false})
  return stats && `${stats.ino} ${stats.mtimeNs} ${stats.size}`
}

/** The tables as they are in the file now; read again only when the file was replaced, which one `stat` tells. */
export function tablesFile(path: string): () => ServiceTables {
  let seen: string | undefined
  let tables: ServiceTables | undefined
  return () => {
    const version = versionOf(path)
    // Without its file the VPC is being removed, and this process with it.
    if (tables !== undefined && version === undefined) return tables
    if (tables === undefined || version !== seen) {
      // Written by the region's daemon of the same version and replaced as a whole; nobody else can write it.
      tables = JSON.parse(readFileSync(path, 'utf8')) as ServiceTables
      seen = version
    }
    return tables
  }
}
