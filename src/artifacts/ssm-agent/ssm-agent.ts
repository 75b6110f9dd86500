import {createWriteStream} from 'node:fs'
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import type {Architecture} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {Artifact, ArtifactProgress} from '../artifact.js'
import {knownChecksum} from '../files/checksum.js'
import {diskFull, isDiskFull} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import {HttpStatusError, openUrl} from '../net/http.js'
import {fetchText, withRetries, type Network} from '../net/network.js'
import {isSignedBy, readSignature, type FileSignature} from './openpgp-signature.js'
import {SIGNING_KEYS, type SigningKey} from './signing-keys.js'

export interface AgentRequest {
  readonly region: string
  readonly architecture: Architecture
  /** The cache directory (`KHW_CACHE`). */
  readonly cache: string
  readonly network: Network
  readonly onProgress: (progress: ArtifactProgress) => void
  /** Other keys than Amazon's, in tests. */
  readonly keys?: readonly SigningKey[]
  /** Replaces `https:/` in tests: `http://127.0.0.1:4000`. */
  readonly base?: string
}

/** A signature has a few hundred bytes. */
const SIGNATURE_LIMIT = 64 * 1024

/**
 * The newest stable agent of Systems Manager, as a package for Debian. Amazon publishes no checksum of it but signs it: the
 * signature is verified here, and the checksum of what was verified is what the nodes are held to. Throws ARTIFACT_CHECKSUM
 * for a package that Amazon has not signed, and what downloads throw.
 */
export async function ssmAgent(request: AgentRequest): Promise<Artifact> {
  const {region, architecture, cache, network, base = 'https:/'} = request
  const site = agentSite(region)
  const at = (url: string): string => url.replace(/^https:\//, base)
  const version = (await fetchText(at(`${site}/stable/VERSION`), network)).trim()
  const url = `${site}/${version}/debian_${architecture}/amazon-ssm-agent.deb`
  if (!/^\d+(\.\d+)+$/.test(version)) throw unverified(url, `its version is said to be "${version.slice(0, 40)}"`)
  const path = join(cache, 'artifacts', ...url.replace(/^https:\/\//, '').split('/'))
  await mkdir(dirname(path), {recursive: true})
  return withLock(`${path}.lock`, {signal: network.signal}, async () => {
    const kept = await readFile(`${path}.sig`).catch(() => undefined)
    const signature = kept ?? (await signatureAt(at(`${url}.sig`), network))
    if (kept === undefined || (await knownChecksum(path)) === undefined) await fetchTo(`${path}.part`, at(url), request)
    else await rename(path, `${path}.part`)
    // Also what was kept: it is what all nodes will run as root.
    await verify(`${path}.part`, url, signature, request.keys ?? SIGNING_KEYS).catch(async (error: unknown) => {
      await rm(`${path}.part`, {force: true})
      await rm(`${path}.sig`, {force: true})
      throw error
    })
    await rename(`${path}.part`, path)
    if (kept === undefined) await writeFile(`${path}.sig`, signature)
    const {sha256, bytes} = (await knownChecksum(path)) ?? {}
    if (sha256 === undefined || bytes === undefined) throw unverified(url, `${path} is gone again`)
    const install = {kind: 'package', path: '/usr/bin/amazon-ssm-agent'} as const
    return {
      name: 'ssm-agent',
      version,
      origin: url,
      url: at(url),
      sha256,
      bytes,
      install,
      roles: ['controller', 'worker'],
    }
  })
}

/** Where Amazon publishes it for a region, without a slash at the end. */
export function agentSite(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/amazon-ssm-${region}`
}

async function signatureAt(url: string, network: Network): Promise<Buffer> {
  return withRetries(url, network, async () => {
    const response = await openUrl(url, {signal: network.signal, proxy: network.proxy})
    if (response.statusCode !== 200) {
      response.destroy()
      throw new HttpStatusError(url, response.statusCode ?? 0)
    }
    const chunks: Buffer[] = []
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      if (chunks.reduce((sum, {length}) => sum + length, 0) > SIGNATURE_LIMIT)
        throw unverified(url, 'it is too long for a signature')
    }
    return Buffer.concat(chunks)
  })
}

async function fetchTo(path: string, url: string, {network, onProgress}: AgentRequest): Promise<void> {
  await withRetries(url, network, async () => {
    const response = await openUrl(url, {signal: network.signal, proxy: network.proxy})
    if (response.statusCode !== 200) {
      response.destroy()
      throw new HttpStatusError(url, response.statusCode ?? 0)
    }
    const total = Number(response.headers['content-length'] ?? NaN)
    let done = 0
    response.on('data', (chunk: Buffer) => {
      done += chunk.length
      const progress = {item: 'ssm-agent', activity: 'downloading', done, unit: 'bytes'} as const
      onProgress(Number.isNaN(total) ? progress : {...progress, total})
    })
    try {
      await pipeline(response, createWriteStream(path), {signal: network.signal})
    } catch (error) {
      if (isDiskFull(error)) throw diskFull(dirname(path), undefined, error)
      throw error
    }
    if (!Number.isNaN(total) && done < total) throw new Error(`the connection broke after ${done} of ${total} bytes`)
  })
}

async function verify(path: string, url: string, bytes: Buffer, keys: readonly SigningKey[]): Promise<void> {
  const signature = readSignature(bytes)
  if (signature === undefined) throw unverified(url, `${url}.sig is no signature that khw can read`)
  const key = keys.find(({fingerprint}) => fingerprint.endsWith(signature.keyId) && signature.keyId !== '')
  if (key === undefined) throw unverified(url, `it is signed with a key that khw does not know: ${signature.keyId}`)
  if (!(await isSignedBy(path, signature, key))) throw unverified(url, why(signature, key))
}

function why({madeAt}: FileSignature, {fingerprint, created, expires}: SigningKey): string {
  const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)
  return madeAt < created || madeAt > expires
    ? `it was signed on ${day(madeAt)}, and the key ${fingerprint} is good from ${day(created)} to ${day(expires)}`
    : `its signature by the key ${fingerprint} is of something else`
}

function unverified(url: string, reason: string): KhwError {
  return new KhwError(
    'ARTIFACT_CHECKSUM',
    `Amazon's agent of Systems Manager is not installed unverified: ${url}: ${reason}.`,
    [
      'Update khw: Amazon changes its key every year or so',
      'Or take an image that has the agent: --image ubuntu-24.04 or --image al2023',
    ],
  )
}
