import {createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject} from 'node:crypto'
import {promisify} from 'node:util'

/**
 * A fresh P-256 key as PKCS#8 PEM ("PRIVATE KEY"): what Go's tls.X509KeyPair and client-go's keyutil have read since
 * long before Kubernetes 1.20, for TLS and for service account tokens (ES256) alike.
 */
export async function newPrivateKey(): Promise<string> {
  const {privateKey} = await promisify(generateKeyPair)('ec', {namedCurve: 'P-256'})
  return privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
}

/** Undefined if the text is no P-256 private key. */
export function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

/** SubjectPublicKeyInfo as PEM ("PUBLIC KEY"), of either half. */
export function publicKeyOf(key: string): string {
  return createPublicKey(key).export({type: 'spki', format: 'pem'}).toString()
}

/** What a service account token names the key by that has signed it (`kid`, since 1.16: kubernetes/pkg/serviceaccount/jwt.go). */
export function keyIdOf(key: string): string {
  const der = createPublicKey(key).export({type: 'spki', format: 'der'})
  return createHash('sha256').update(der).digest('base64url')
}
