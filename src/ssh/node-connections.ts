import {systemClock, type Clock} from '../clock.js'
import {KhwError} from '../errors.js'
import type {SecretStore} from '../pki/secret-store.js'
import {SshConnection, type OpenOptions} from './connection.js'
import {pinnedHostKeys} from './host-key.js'
import {keyBlob} from './keys.js'
import {execPatiently, type RemoteNode} from './remote-node.js'
import {isRefusal, isSilence, keysMissing, mayPass, unreachable} from './ssh-errors.js'

/** Where the operator's private key lies among the cluster's secrets. */
export const OPERATOR_KEY = 'ssh/id_ed25519'

/** A machine that lets us in, and passes on connections to those that cannot be reached from here. */
export type JumpHost = {
  readonly name: string
  readonly host: string
}

/** Times in milliseconds. */
export interface ConnectionOptions {
  readonly clock: Clock
  readonly port: number
  /** How long a machine may take from its launch until sshd lets us in. */
  readonly bootBudget: number
  /** The same for a machine that has let us in before. */
  readonly reconnectBudget: number
  /** How long sshd may refuse the operator's key: cloud-init may not have written authorized_keys yet. */
  readonly authenticationGrace: number
  /** Before each repetition of a command whose connection broke. */
  readonly pauses: readonly number[]
  /** Called once when machines have been silent for `silence`, as behind a firewall; what it throws ends the waiting. */
  readonly onSilence: () => Promise<void>
  readonly silence: number
  /** Of each connection. */
  readonly open: Omit<OpenOptions, 'signal'>
}

const DEFAULTS: ConnectionOptions = {
  clock: systemClock,
  port: 22,
  bootBudget: 300_000,
  reconnectBudget: 90_000,
  authenticationGrace: 90_000,
  pauses: [500, 1_000, 2_000],
  onSilence: () => Promise.resolve(),
  silence: 25_000,
  open: {},
}

/** Between two tries to get in. */
const EVERY = 250

/** One pinned connection a node, opened when it is first needed and again when it broke. */
export class NodeConnections {
  private readonly options: ConnectionOptions
  private readonly signal: AbortSignal
  private readonly closing = new AbortController()
  /** Those that are open or being opened. */
  private readonly open = new Map<string, Promise<SshConnection>>()
  /** `worker-1 198.18.0.7`: who has let us in, and where. */
  private readonly met = new Set<string>()
  private asked: Promise<void> | undefined

  constructor(
    private readonly secrets: SecretStore,
    private readonly username: string,
    signal: AbortSignal,
    options: Partial<ConnectionOptions> = {},
  ) {
    this.options = {...DEFAULTS, ...options}
    this.signal = AbortSignal.any([signal, this.closing.signal])
  }

  /**
   * A node that lets us in; waits for a machine that is still booting. `progress` hears when a command has to be repeated.
   * With `via` it goes through the first of those that lets us in. Throws SSH_HOST_KEY at once, SSH_FAILED after the budget.
   */
  async to(
    node: string,
    host: string,
    progress: (text: string) => void = () => undefined,
    via: readonly JumpHost[] = [],
  ): Promise<RemoteNode> {
    const connected = (): Promise<SshConnection> => this.connected(node, host, via)
    await connected()
    const {clock, pauses} = this.options
    const reconnecting = {connected, clock, pauses, signal: this.signal, progress}
    return {name: node, host, exec: (command, options) => execPatiently(reconnecting, command, options)}
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('the connections are closed'))
    const opening = [...this.open.values()]
    this.open.clear()
    for (const connection of opening) (await connection.catch(() => undefined))?.close()
  }

  private async connected(node: string, host: string, via: readonly JumpHost[]): Promise<SshConnection> {
    for (let known = this.open.get(node); known; known = this.open.get(node)) {
      const connection = await known
      if (connection.alive && connection.target.host === host) return connection
      connection.close()
      // Another who waited may have opened the next one already.
      if (this.open.get(node) === known) this.open.delete(node)
    }
    const opening = this.waitFor(node, host, via)
    this.open.set(node, opening)
    opening.catch(() => {
      if (this.open.get(node) === opening) this.open.delete(node)
    })
    return opening
  }

  /** Undefined where none is needed. Throws why the first of them does not let us in, if none does. */
  private async jump(via: readonly JumpHost[]): Promise<SshConnection | undefined> {
    if (via.length === 0) return undefined
    try {
      return await Promise.any(via.map(({name, host}) => this.connected(name, host, [])))
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error
    }
  }

  private async waitFor(node: string, host: string, via: readonly JumpHost[]): Promise<SshConnection> {
    const privateKey = await this.secrets.read(OPERATOR_KEY)
    const pins = await pinnedHostKeys(this.secrets, node)
    if (privateKey === undefined || pins.length === 0) throw keysMissing(node)
    const {clock, port, open, authenticationGrace, bootBudget, reconnectBudget, onSilence, silence} = this.options
    const target = {name: node, host, port, username: this.username, privateKey, hostKeys: pins.map(keyBlob)}
    const budget = this.met.has(`${node} ${host}`) ? reconnectBudget : bootBudget
    const start = clock.now()
    let refusedSince: number | undefined
    for (;;) {
      try {
        const through = await this.jump(via)
        const connection = await SshConnection.open(target, {...open, signal: this.signal, ...(through && {through})})
        this.met.add(`${node} ${host}`)
        return connection
      } catch (error) {
        this.signal.throwIfAborted()
        if (error instanceof KhwError) throw error
        const now = clock.now()
        if (isRefusal(error)) refusedSince ??= now
        if (isSilence(error) && now >= start + silence) await (this.asked ??= onSilence())
        const patience = isRefusal(error) ? (refusedSince ?? now) + authenticationGrace : mayPass(error) ? Infinity : 0
        if (now >= Math.min(start + budget, patience)) throw unreachable(node, host, now - start, error)
      }
      await clock.sleep(EVERY, this.signal)
    }
  }
}
