import type {IncomingMessage, ServerResponse} from 'node:http'
import {createServer, type Server} from 'node:https'
import type {Socket} from 'node:net'
import {TLSSocket} from 'node:tls'
import type {Machine} from '../machines/machine.js'
import {answerTo, type Caller} from './answers.js'
import type {Cluster} from './cluster.js'

const PKI = '/etc/kubernetes/pki'

/**
 * kube-apiserver of one controller: serves with the certificate and key the machine was given, and lets in whom the CA
 * the machine was given has signed. Which of its files is missing or wrong shows at once.
 */
export class ApiServer {
  private readonly server: Server

  constructor(
    private readonly machine: Machine,
    private readonly cluster: Cluster,
  ) {
    this.server = createServer({...tlsOf(machine), requestCert: true, minVersion: 'TLSv1.3'}, (request, response) => {
      // What rejects here is a connection that broke.
      this.respond(request, response).catch(() => undefined)
    })
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(6443, this.machine.identity.publicIp, resolve)
    })
  }

  /** After a restart: the files may have changed. */
  reload(): void {
    this.server.setSecureContext(tlsOf(this.machine))
    this.server.closeAllConnections()
  }

  close(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise(resolve =>
      this.server.close(() => {
        resolve()
      }),
    )
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const {status, text} = answerTo(
      {method: request.method ?? '', target: request.url ?? '/', type: request.headers['content-type'] ?? '', body},
      callerOf(request.socket),
      {
        cluster: this.cluster,
        ready: this.machine.etcdHealthy,
        keys: this.machine.apiKeys?.encryption ?? [],
      },
    )
    response.writeHead(status, {'content-type': 'application/json'}).end(text)
  }
}

function tlsOf(machine: Machine): {cert: string; key: string; ca: string} {
  return {
    cert: machine.text(`${PKI}/apiserver.crt`),
    key: machine.text(`${PKI}/apiserver.key`),
    ca: machine.text(`${PKI}/ca.crt`),
  }
}

function callerOf(socket: Socket): Caller {
  if (!(socket instanceof TLSSocket)) return {groups: []}
  const {O: group} = socket.getPeerCertificate().subject
  return {groups: [group].flat().filter(each => each !== undefined)}
}
