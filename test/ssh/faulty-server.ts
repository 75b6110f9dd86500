import {once} from 'node:events'
import {connect, createServer, type AddressInfo, type Server, type Socket} from 'node:net'
import ssh2, {type AcceptConnection, type Connection, type ExecInfo, type ServerChannel, type Session} from 'ssh2'
import {generateSshKey, keyBlob, type SshKeyPair} from '../../src/ssh/keys.js'

/**
 * What becomes of a TCP connection instead of SSH: closed (FIN) or reset (RST) at once, no word at all, a banner and no
 * word after it, or one whose banner is not SSH's.
 */
export type ConnectionFault = 'close' | 'reset' | 'silence' | 'stall' | 'nonsense'

/** How a command ends: by itself, or the connection under it; a black hole reads nothing and answers nothing any more. */
export type Ending =
  | {readonly code: number}
  | {readonly signal: string}
  | 'close'
  | 'reset'
  | 'black-hole'
  /** The exit status is told, and the connection closed before the rest of the output. */
  | 'close-after-status'
  /** The channel is closed without an exit status. */
  | 'no-status'

export interface Answer {
  /** Sent one after the other, each on its own. */
  readonly stdout?: readonly (string | Buffer)[]
  readonly stderr?: string
  readonly end: Ending
}

export interface Request {
  readonly command: string
  /** Everything on stdin; while nobody asks for it, it is not read. */
  readonly stdin: () => Promise<Buffer>
}

/** An SSH server on loopback that can do all that a bad line and a machine in trouble do. */
export class FaultyServer {
  /** Host key of the connections to come. */
  hostKey: SshKeyPair = generateSshKey('host')
  answer: (request: Request) => Answer | Promise<Answer> = () => ({end: {code: 0}})
  /** For the next connections, one each. */
  connectionFaults: ConnectionFault[] = []
  /** For every connection. */
  always: ConnectionFault | undefined
  /** How many more connections are not let in. */
  refusals = 0
  algorithms: ssh2.ServerConfig['algorithms'] = {}

  /** Ports on loopback that connections to these hosts are passed on to. */
  readonly reaches = new Map<string, number>()
  /** Hosts that a connection was to be passed on to. */
  readonly asked: string[] = []

  connections = 0
  /** Methods of the authentication attempts seen. */
  readonly attempts: string[] = []
  readonly commands: string[] = []
  /** What the last handshake agreed on. */
  negotiated: {kex: string; cipher: string; hostKey: string} | undefined
  private readonly sockets = new Set<Socket>()
  private readonly tcp: Server = createServer(socket => {
    this.onConnection(socket)
  })

  private constructor(readonly operator: SshKeyPair) {}

  /** `operator`: the key that is let in. */
  static async start(operator: SshKeyPair): Promise<FaultyServer> {
    const server = new FaultyServer(operator)
    await server.listen()
    return server
  }

  get port(): number {
    return this.lastPort
  }
  private lastPort = 0

  /** Listens again after `refuse`, on the same port. */
  async listen(): Promise<void> {
    this.tcp.listen(this.lastPort, '127.0.0.1')
    await once(this.tcp, 'listening')
    this.lastPort = (this.tcp.address() as AddressInfo).port
  }

  /** Refuses connections from now on, and cuts those that are open. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (!this.tcp.listening) return
    this.tcp.close()
    await once(this.tcp, 'close')
  }

  private onConnection(socket: Socket): void {
    this.connections++
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined)
    const fault = this.always ?? this.connectionFaults.shift()
    switch (fault) {
      case 'close':
        socket.end()
        return
      case 'reset':
        socket.resetAndDestroy()
        return
      case 'silence':
        return
      case 'stall':
        socket.write('SSH-2.0-stalled\r\n')
        return
      case 'nonsense':
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
        return
      case undefined:
        this.speak(socket)
    }
  }

  private speak(socket: Socket): void {
    const {algorithms = {}} = this
    const server = new ssh2.Server({hostKeys: [this.hostKey.privateKey], algorithms}, client => {
      this.onClient(client, socket)
    })
    server.injectSocket(socket)
  }

  private onClient(client: Connection, socket: Socket): void {
    client.on('error', () => undefined)
    client.on('handshake', ({kex, cs, serverHostKey}) => {
      this.negotiated = {kex, cipher: cs.cipher, hostKey: serverHostKey}
    })
    const refused = this.refusals > 0
    if (refused) this.refusals--
    client.on('authentication', context => {
      this.attempts.push(context.method)
      const known = context.method === 'publickey' && context.key.data.equals(keyBlob(this.operator.publicKey))
      if (known && !refused) context.accept()
      else context.reject(['publickey'])
    })
    client.on('tcpip', (accept, reject, {destIP}) => {
      this.asked.push(destIP)
      const port = this.reaches.get(destIP)
      if (port === undefined) {
        reject()
        return
      }
      const onward = connect(port, '127.0.0.1', () => {
        const channel = accept()
        channel.on('error', () => undefined)
        channel.pipe(onward).pipe(channel)
      }).on('error', () => {
        reject()
      })
    })
    client.on('session', (accept: AcceptConnection<Session>) => {
      accept().on('exec', (acceptExec: AcceptConnection<ServerChannel>, _, info: ExecInfo) => {
        void this.run(acceptExec(), info.command, socket)
      })
    })
  }

  private async run(channel: ServerChannel, command: string, socket: Socket): Promise<void> {
    channel.on('error', () => undefined)
    this.commands.push(command)
    const stdin = async (): Promise<Buffer> => {
      const chunks: Buffer[] = []
      // Not `for await`, which would close the channel.
      channel.on('data', (chunk: Buffer) => chunks.push(chunk))
      await once(channel, 'end')
      return Buffer.concat(chunks)
    }
    const {stdout = [], stderr = '', end} = await this.answer({command, stdin})
    if (stderr !== '') channel.stderr.write(stderr)
    for (const piece of stdout) {
      await new Promise(resolve => channel.write(piece, resolve))
      await new Promise(resolve => setImmediate(resolve))
    }
    finish(channel, socket, end)
  }
}

function finish(channel: ServerChannel, socket: Socket, end: Ending): void {
  switch (end) {
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'close':
      socket.end()
      return
    case 'black-hole':
      socket.pause()
      return
    case 'close-after-status':
      channel.exit(0)
      socket.end()
      return
    case 'no-status':
      channel.close()
      return
    default:
      if ('code' in end) channel.exit(end.code)
      else channel.exit(end.signal, false, '')
      channel.end()
      channel.close()
  }
}
