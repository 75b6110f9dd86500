import {Readable} from 'node:stream'
import {NodeSSH} from 'node-ssh'
import {KhwError, messageOf} from '../errors.js'

export interface SshTarget {
  /** For messages: `worker-1`. */
  readonly name: string
  readonly host: string
  readonly username: string
  /** OpenSSH private key. */
  readonly privateKey: string
  /** Blobs of the host keys this machine may show; any other ends the connection before authentication. */
  readonly hostKeys: readonly Buffer[]
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
    readonly target: SshTarget,
  ) {
    // node-ssh takes its own listener off once it is connected: without this one a reset would end the process.
    ssh.connection?.on('error', (error: Error) => {
      this.lost = error
    })
    ssh.connection?.on('close', () => {
      this.lost ??= new Error('the connection was closed')
    })
  }

  /** One try. Throws SSH_HOST_KEY if the machine shows another host key, else whatever ssh2 said. */
  static async open(target: SshTarget): Promise<SshConnection> {
    const shownKeys: Buffer[] = []
    const ssh = new NodeSSH()
    try {
      await ssh.connect({
        host: target.host,
        username: target.username,
        privateKey: target.privateKey,
        readyTimeout: 10_000,
        keepaliveInterval: 5_000,
        keepaliveCountMax: 3,
        algorithms: {serverHostKey: ['ssh-ed25519']},
        // Synchronous and a real boolean: ssh2 takes anything that is not `false`, a promise too, for consent.
        hostVerifier: (shown: Buffer): boolean => {
          shownKeys.push(shown)
          return isPinned(target, shown)
        },
      })
    } catch (error) {
      ssh.dispose()
      if (shownKeys.some(shown => !isPinned(target, shown))) throw hostKeyError(target, error)
      throw error
    }
    return new SshConnection(ssh, target)
  }

  get alive(): boolean {
    return this.lost === undefined && this.ssh.isConnected()
  }

  /** Runs a command; resolves with its stdout if it exits with 0, throws REMOTE_COMMAND_FAILED or SSH_FAILED otherwise. */
  async exec(command: string, options: ExecOptions = {}): Promise<string> {
    const {input, timeout = COMMAND_TIMEOUT, signal, onLine} = options
    let pending = ''
    const result = await this.raced(
      this.ssh.execCommand(command, {
        noTrim: true,
        ...(input === undefined ? {} : {stdin: Readable.from([Buffer.from(input)])}),
        ...(onLine === undefined
          ? {}
          : {
              onStdout: (chunk: Buffer) => {
                const lines = (pending + chunk.toString()).split('\n')
                pending = lines.pop() ?? ''
                lines.forEach(onLine)
              },
            }),
      }),
      command,
      timeout,
      signal,
    )
    if (result.code === 0) return result.stdout
    if (result.code === null && result.signal === null) throw this.broken(command)
    const how = result.code === null ? `was killed by ${result.signal ?? 'a signal'}` : `exited with ${result.code}`
    const said =
      result.stderr.trim().split('\n').slice(-20).join('\n') || result.stdout.trim().split('\n').slice(-5).join('\n')
    throw new KhwError(
      'REMOTE_COMMAND_FAILED',
      `On ${this.target.name}, "${shorten(command)}" ${how}${said === '' ? '' : `:\n${said}`}`,
      [
        `Look at the machine with: khw ssh ${this.target.name}`,
        'Then run the same command again: it goes on where it stopped.',
      ],
    )
  }

  close(): void {
    this.ssh.dispose()
  }

  private async raced<T>(work: Promise<T>, command: string, timeout: number, signal?: AbortSignal): Promise<T> {
    let onAbort: (() => void) | undefined
    let timer: NodeJS.Timeout | undefined
    try {
      return await Promise.race([
        work,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            reject(
              new KhwError(
                'TIMEOUT',
                `On ${this.target.name}, "${shorten(command)}" did not end within ${timeout / 1000} s.`,
                [`Look at the machine with: khw ssh ${this.target.name}`],
              ),
            )
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
      throw this.broken(command, error)
    } finally {
      clearTimeout(timer)
      if (onAbort) signal?.removeEventListener('abort', onAbort)
      // The command may still settle after the race is lost.
      work.catch(() => undefined)
    }
  }

  private broken(command: string, cause: unknown = this.lost): KhwError {
    return new KhwError(
      'SSH_FAILED',
      `The connection to ${this.target.name} (${this.target.host}) broke during "${shorten(command)}"${cause === undefined ? '' : `: ${messageOf(cause)}`}.`,
      ['Run the same command again: it goes on where it stopped.'],
      {cause},
    )
  }
}

function isPinned(target: SshTarget, shown: Buffer): boolean {
  return target.hostKeys.some(pinned => pinned.equals(shown))
}

function shorten(command: string): string {
  const line = command.trim().split('\n')[0] ?? ''
  return line.length > 80 ? `${line.slice(0, 77)}...` : line
}

function hostKeyError(target: SshTarget, cause: unknown): KhwError {
  return new KhwError(
    'SSH_HOST_KEY',
    `${target.name} (${target.host}) shows a host key that is not the one khw gave it. Somebody may be in between; nothing was sent.`,
    ['Destroy the cluster and create it anew, unless you know why the key changed.'],
    {cause},
  )
}
