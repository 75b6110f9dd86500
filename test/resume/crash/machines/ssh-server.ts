import {createServer, type Server as NetServer, type Socket} from 'node:net'
import ssh2, {type AuthContext, type Connection, type ServerChannel} from 'ssh2'
import {keyBlob} from '../../../../src/ssh/keys.js'
import {runCommand} from './commands.js'
import type {Machine} from './machine.js'

/** Login user of Debian's images. */
const LOGIN_USER = 'admin'

/** sshd of one machine on port 22 of its own address: its present host key, one user, one key. */
export class SshServer {
  private readonly sockets = new Set<Socket>()
  private readonly server: NetServer

  constructor(private readonly machine: Machine) {
    this.server = createServer(socket => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      this.accept(socket)
    })
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(22, this.machine.identity.publicIp, resolve)
    })
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    return new Promise(resolve =>
      this.server.close(() => {
        resolve()
      }),
    )
  }

  /** One ssh2 server a connection: each new one is shown the host key of its time. */
  private accept(socket: Socket): void {
    const server = new ssh2.Server({hostKeys: [this.machine.hostKey]}, connection => {
      // A client that was killed breaks its connections; that is what this is for.
      connection.on('error', () => undefined)
      connection.on('authentication', context => {
        this.authenticate(context)
      })
      connection.on('ready', () => {
        this.serve(connection)
      })
    })
    server.injectSocket(socket)
  }

  private authenticate(context: AuthContext): void {
    const {authorizedKey} = this.machine.identity
    if (context.method !== 'publickey' || context.username !== LOGIN_USER) {
      context.reject(['publickey'])
      return
    }
    const key = ssh2.utils.parseKey(authorizedKey)
    if (key instanceof Error || !keyBlob(authorizedKey).equals(context.key.data)) context.reject()
    else if (context.signature === undefined || context.blob === undefined) context.accept()
    else if (key.verify(context.blob, context.signature, context.hashAlgo)) context.accept()
    else context.reject()
  }

  private serve(connection: Connection): void {
    connection.on('session', accept => {
      accept().on('exec', (acceptExec, _reject, {command}) => {
        const channel = acceptExec()
        const chunks: Buffer[] = []
        channel.on('data', (chunk: Buffer) => chunks.push(chunk))
        // What was cut off in the middle of its input is not run: tar would refuse it.
        channel.on('end', () => {
          void answer(channel, this.machine, command, Buffer.concat(chunks))
        })
        if (!command.includes('tar -xf -')) channel.resume()
      })
    })
  }
}

async function answer(channel: ServerChannel, machine: Machine, command: string, input: Buffer): Promise<void> {
  const {code, stdout, stderr} = await runCommand(machine, command, input)
  if (channel.destroyed) return
  channel.write(stdout)
  channel.stderr.write(stderr)
  channel.exit(code)
  channel.end()
}
