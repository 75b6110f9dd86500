import {connect} from 'node:net'
import {Readable, type Duplex} from 'node:stream'
import {NodeSSH} from 'node-ssh'
import {KhwError} from '../errors.js'
import {fromBytes, lastLines, wholeLines} from './output.js'
import {commandFailed, commandTimedOut, ConnectionBroken, noWayThrough, wrongHostKey} from './ssh-errors.js'

export interface SshTarget {
  /** For messages: `worker-1`. */
  readonly name: string
  readonly host: string
  /** 22 unless told otherwise. */
  readonly port?: number
  readonly username: string
  /** OpenSSH private key. */
  readonly privateKey: string
  /** Blobs of the host keys this machine may show; any other ends the connection before authentication. */
  readonly hostKeys: readonly Buffer[]
}

export interface OpenOptions {
  readonly signal?: AbortSignal
  /** The machine to go through, where there is no way to the target from here: it passes on what it cannot read. */
  readonly through?: SshConnection
  /** Milliseconds from the first packet until the machine has let us in. */
  readonly readyTimeout?: number
  /** Milliseconds between questions to a peer that says nothing; it is given up after `keepaliveCountMax` of them. */
  readonly keepaliveInterval?: number
  readonly keepaliveCountMax?: number
}

export interface ExecOptions {
  readonly input?: Buffer | string
  /** Milliseconds; the command's outcome is unknown after it. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** Called with each whole line of stdout. */
  readonly onLine?: (line: string) => void
}

const COMMAND_TIMEOUT = 120_000

/**
 * One SSH connection that cannot lie: node-ssh resolves a command with `code: null` when the connection breaks, lets a
 * reset escape as an uncaught exception, hangs on a silent peer and accepts any host key unless told otherwise.
 */
export class SshConnection {
  private lost: Error | undefined

  private constructor(
    private readonly ssh: NodeSSH,
    private readonly socket: Duplex,
    readonly target: SshTarget,
  ) {}

  /** One try. Throws SSH_HOST_KEY if the machine shows another host key, else whatever ssh2 said or the signal's reason. */
  static async open(target: SshTarget, options: OpenOptions = {}): Promise<SshConnection> {
    const {signal, through, readyTimeout = 10_000, keepaliveInterval = 5_000, keepaliveCountMax = 3} = options
    signal?.throwIfAborted()
    const shownKeys: Buffer[] = []
    const ssh = new NodeSSH()
    // Its own socket, as ssh2 only half-closes one: a silent peer would keep the process from ending.
    const socket = through
      ? await through.forwardTo(target, readyTimeout)
      : connect({host: target.host, port: target.port ?? 22, noDelay: true})
    const connection = new SshConnection(ssh, socket, target)
    const onAbort = (): void => {
      socket.destroy()
    }
    signal?.addEventListener('abort', onAbort, {once: true})
    if (signal?.aborted) socket.destroy()
    try {
      signal?.throwIfAborted()
      const connecting = ssh.connect({
        host: target.host,
        sock: socket,
        username: target.username,
        privateKey: target.privateKey,
        authHandler: ['publickey'],
        agentForward: false,
        readyTimeout,
        keepaliveInterval,
        keepaliveCountMax,
        algorithms: {
          kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
          serverHostKey: ['ssh-ed25519'],
          // Both authenticate what they encrypt; what else does, ChaCha20-Poly1305, needs more of its peer to be safe
          // (CVE-2023-48795).
          cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com'],
        },
        // Synchronous and a real boolean: ssh2 takes anything that is not `false`, a promise too, for consent.
        hostVerifier: (shown: Buffer): boolean => {
          shownKeys.push(shown)
          return isPinned(target, shown)
        },
      })
      connection.watch()
      await connecting
      signal?.throwIfAborted()
      return connection
    } catch (error) {
      connection.close()
      signal?.throwIfAborted()
      if (shownKeys.some(shown => !isPinned(target, shown))) throw wrongHostKey(target, error)
      throw error
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  get alive(): boolean {
    return this.lost === undefined && this.ssh.isConnected()
  }

  /** Runs a command; resolves with its stdout if it exits with 0, throws REMOTE_COMMAND_FAILED or SSH_FAILED otherwise. */
  async exec(command: string, options: ExecOptions = {}): Promise<string> {
    const {input, timeout = COMMAND_TIMEOUT, signal, onLine} = options
    const running = this.ssh.execCommand(command, {
      noTrim: true,
      // Each byte as one character: a chunk may end within one of UTF-8.
      encoding: 'latin1',
      ...(input === undefined ? {} : {stdin: Readable.from([Buffer.from(input)])}),
      ...(onLine === undefined ? {} : {onStdout: wholeLines(onLine)}),
    })
    const result = await this.raced(running, command, timeout, signal)
    // sshd may tell the exit status before the last of the output: it counts only if the connection outlived the command.
    if (this.lost || (result.code === null && result.signal === null)) {
      throw new ConnectionBroken(this.target, command, this.lost)
    }
    const stdout = fromBytes(result.stdout)
    if (result.code === 0) return stdout
    const how = result.code === null ? `was killed by ${result.signal ?? 'a signal'}` : `exited with ${result.code}`
    throw commandFailed(this.target, command, how, lastLines(fromBytes(result.stderr), 20) || lastLines(stdout, 5))
  }

  /** A stream to a port that this machine reaches. Throws what is worth another try, as of a machine that still boots. */
  private async forwardTo({host, port = 22}: SshTarget, timeout: number): Promise<Duplex> {
    const {connection} = this.ssh
    if (connection === null || !this.alive) throw noWayThrough(this.target, host, 'the connection broke')
    return new Promise<Duplex>((resolve, reject) => {
      const end = (why: string): void => {
        clearTimeout(timer)
        connection.off('close', onClosed)
        reject(noWayThrough(this.target, host, why))
      }
      const onClosed = (): void => {
        end('the connection broke')
      }
      let late = false
      const timer = setTimeout(() => {
        late = true
        end(`no answer within ${timeout / 1000} s`)
      }, timeout)
      connection.once('close', onClosed)
      connection.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) end(error.message)
        else if (late) channel.destroy()
        else {
          clearTimeout(timer)
          connection.off('close', onClosed)
          resolve(channel)
        }
      })
    })
  }

  close(): void {
    this.lost ??= new Error('khw closed it')
    this.ssh.dispose()
    this.socket.destroy()
  }

  /** node-ssh takes its own listener off once it is connected: without this one a reset would end the process. */
  private watch(): void {
    this.socket.on('error', () => undefined)
    this.ssh.connection?.on('error', (error: Error) => {
      this.lost ??= error
    })
    const onClosed = (): void => {
      this.lost ??= new Error('the other side closed it')
    }
    this.ssh.connection?.on('end', onClosed).on('close', onClosed)
  }

  private async raced<T>(work: Promise<T>, command: string, timeout: number, signal?: AbortSignal): Promise<T> {
    let onAbort: (() => void) | undefined
    let timer: NodeJS.Timeout | undefined
    try {
      return await Promise.race([
        work,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            reject(commandTimedOut(this.target, command, timeout))
            this.close()
          }, timeout)
          onAbort = () => {
            reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
          }
          if (signal?.aborted) onAbort()
          signal?.addEventListener('abort', onAbort, {once: true})
        }),
      ])
    } catch (error) {
      if (error instanceof KhwError || signal?.aborted) throw error
      throw new ConnectionBroken(this.target, command, this.lost ?? error)
    } finally {
      clearTimeout(timer)
      if (onAbort) signal?.removeEventListener('abort', onAbort)
      // The command may still settle after the race is lost.
      work.catch(() => undefined)
    }
  }
}

function isPinned(target: SshTarget, shown: Buffer): boolean {
  return target.hostKeys.some(pinned => pinned.equals(shown))
}
