import type {NodeFile} from './bundle.js'
import type {PairPaths} from './paths.js'
import type {PemPair} from './secrets.js'

type Owner = NodeFile['owner']

/** A configuration file: the CIS benchmark wants 0600 for all of them, whether they hold a secret or not. */
export function privateFile(path: string, content: string, owner: Owner = 'root'): NodeFile {
  return {path, content, mode: 0o600, owner}
}

/** What everybody may read: certificates, host names. */
export function publicFile(path: string, content: string, owner: Owner = 'root'): NodeFile {
  return {path, content, mode: 0o644, owner}
}

export function executable(path: string, content: string): NodeFile {
  return {path, content, mode: 0o755, owner: 'root'}
}

export function pairFiles(paths: PairPaths, pem: PemPair, owner: Owner = 'root'): NodeFile[] {
  return [publicFile(paths.certificate, pem.certificate, owner), privateFile(paths.privateKey, pem.privateKey, owner)]
}
