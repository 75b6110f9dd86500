import type {IncomingMessage} from 'node:http'
import {ApiError} from './api-error.js'

/** RunInstances with 16 KiB of user data is far below. */
const BODY_LIMIT = 1024 * 1024

/** All of what a request carries; throws RequestEntityTooLarge of what no SDK would send. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += part.length
    if (size > BODY_LIMIT)
      throw new ApiError('RequestEntityTooLarge', `The request is larger than ${BODY_LIMIT} bytes.`, 413)
    chunks.push(part)
  }
  return Buffer.concat(chunks)
}
