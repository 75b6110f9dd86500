import {createSocket} from 'node:dgram'
import {readFileSync, rmSync} from 'node:fs'
import {connect, createServer, type Server} from 'node:net'
import {KhwError} from '../../errors.js'
import {ask, frame, readFrames} from './dns-framing.js'

/** `sun_path` of unix(7) without its final zero. */
const LONGEST_SOCKET_PATH = 107
const UPSTREAM_TIMEOUT_MS = 2000
/** How often in a row a resolver may fail to answer before it is left alone for a while: a machine's boot must not wait for it at each lookup. */
const PATIENCE = 3
const PAUSE_MS = 10_000

export interface DnsForwarder {
  close(): Promise<void>
}

export interface DnsForwarderOptions {
  /** Resolvers as `address` or `address:port`; the default reads the host's /etc/resolv.conf again for every query. */
  readonly resolvers?: () => readonly string[]
  readonly now?: () => number
}

function hostResolvers(): string[] {
  try {
    return [...readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^\s*nameserver\s+([0-9.]+)/gm)].map(m => m[1] ?? '')
  } catch {
    return []
  }
}

/** Truncated answers are asked for again by TCP (RFC 1035, 4.2.1: the TC bit). */
function isTruncated(answer: Buffer): boolean {
  return ((answer[2] ?? 0) & 0x02) !== 0
}

function askByUdp(query: Buffer, host: string, port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const timer = setTimeout(() => {
      socket.close()
      reject(new Error(`${host} did not answer`))
    }, UPSTREAM_TIMEOUT_MS)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      socket.close()
      settle()
    }
    socket.once('error', error => {
      done(() => {
        reject(error)
      })
    })
    socket.on('message', answer => {
      // Connected, so only the resolver itself is heard; an answer to somebody else's question has another id.
      if (answer.length < 12 || answer.readUInt16BE(0) !== query.readUInt16BE(0)) return
      done(() => {
        resolve(answer)
      })
    })
    socket.once('connect', () => {
      socket.send(query)
    })
    // Without a callback, which is called where it failed as well: then there is an 'error'.
    socket.connect(port, host)
  })
}

async function forward(query: Buffer, resolver: string): Promise<Buffer> {
  const [host = '', port = '53'] = resolver.split(':')
  const answer = await askByUdp(query, host, Number(port))
  return isTruncated(answer) ? ask(connect(Number(port), host), query, UPSTREAM_TIMEOUT_MS) : answer
}

/**
 * Passes name lookups of instances on to the host's resolvers, which may listen on loopback only and so cannot be
 * reached from a VPC's namespace. One DNS message each way on every connection to the unix socket; the connection is
 * closed without an answer where no resolver gives one. Throws HOME_NOT_WRITABLE if the path is too long for a socket.
 */
export async function startDnsForwarder(socketPath: string, options: DnsForwarderOptions = {}): Promise<DnsForwarder> {
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH)
    throw new KhwError(
      'HOME_NOT_WRITABLE',
      `${socketPath} is too long a path for a socket (${LONGEST_SOCKET_PATH} bytes)`,
      ['Choose a shorter directory: export KHW_HOME=$HOME/khw'],
    )
  const resolvers = options.resolvers ?? hostResolvers
  const now = options.now ?? Date.now
  const silent = new Map<string, {failures: number; until: number}>()

  const lookUp = async (query: Buffer): Promise<Buffer | undefined> => {
    if (query.length < 12) return undefined
    for (const resolver of resolvers()) {
      if ((silent.get(resolver)?.until ?? 0) > now()) continue
      try {
        const answer = await forward(query, resolver)
        silent.delete(resolver)
        return answer
      } catch {
        const failures = (silent.get(resolver)?.failures ?? 0) + 1
        silent.set(resolver, {failures, until: failures < PATIENCE ? 0 : now() + PAUSE_MS})
      }
    }
    return undefined
  }

  const server: Server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    readFrames(socket, query => {
      void lookUp(Buffer.from(query)).then(answer => {
        if (answer === undefined) socket.end()
        else socket.end(frame(answer))
      })
    })
  })
  rmSync(socketPath, {force: true})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  return {
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        rmSync(socketPath, {force: true})
      }),
  }
}
