import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto'

/** Session tokens of IMDSv2: each is good for one instance and a time, and needs no memory. */
export interface MetadataTokens {
  issue(instanceId: string, ttlSeconds: number): string
  /** Seconds the token has left; undefined if it is another instance's, has ended, or is none. */
  remaining(instanceId: string, token: string): number | undefined
}

/** The key lives as long as the process: after a restart clients are told 401 and ask for a new token. */
export function metadataTokens(now: () => number = Date.now, key: Buffer = randomBytes(32)): MetadataTokens {
  const sign = (instanceId: string, expires: number): Buffer =>
    createHmac('sha256', key).update(`${instanceId} ${expires}`).digest()
  return {
    issue: (instanceId, ttlSeconds) => {
      const expires = now() + ttlSeconds * 1000
      const head = Buffer.alloc(8)
      head.writeDoubleBE(expires)
      return Buffer.concat([head, sign(instanceId, expires)]).toString('base64url')
    },
    remaining: (instanceId, token) => {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== 40) return undefined
      const expires = bytes.readDoubleBE(0)
      if (!timingSafeEqual(bytes.subarray(8), sign(instanceId, expires)) || expires <= now()) return undefined
      return Math.ceil((expires - now()) / 1000)
    },
  }
}
