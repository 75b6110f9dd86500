import {X509Certificate} from 'node:crypto'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {checkServerIdentity, connect, createServer, type TLSSocket} from 'node:tls'
import {expect} from 'chai'
import {ensurePki, type Pki} from '../../src/pki/pki.js'
import type {KeyPair} from '../../src/pki/x509.js'
import {MemorySecretStore, PUBLIC_IPS, specOf} from './fixtures.js'

describe('TLS 1.3 between generated certificates', () => {
  let pki: Pki

  before(async () => {
    pki = await ensurePki({spec: specOf(), publicIps: PUBLIC_IPS, secrets: new MemorySecretStore()})
  })

  it('lets etcd and the API server know each other', async () => {
    const seen = await handshake(pki.leaf('etcd-server', 'controller-1'), pki.leaf('apiserver-etcd-client'), pki.etcdCa)
    expect(seen).to.deep.equal({protocol: 'TLSv1.3', user: 'kube-apiserver-etcd-client'})
  })

  it('lets etcd members know each other', async () => {
    const seen = await handshake(
      pki.leaf('etcd-peer', 'controller-1'),
      pki.leaf('etcd-peer', 'controller-2'),
      pki.etcdCa,
    )
    expect(seen.user).to.equal('controller-2')
  })

  it('keeps holders of the cluster CA out of etcd', async () => {
    for (const intruder of [
      pki.leaf('super-admin'),
      pki.leaf('kubelet-client', 'worker-1'),
      pki.leaf('front-proxy-client'),
    ]) {
      expect(await failure(pki.leaf('etcd-server', 'controller-1'), intruder, pki.etcdCa)).to.match(
        /client refused: UNABLE_TO_(VERIFY|GET_ISSUER)/,
      )
    }
  })

  it("refuses a client's certificate as a server's, and a server's as a client's", async () => {
    expect(await failure(pki.leaf('kube-proxy'), pki.leaf('admin'), pki.ca)).to.match(/purpose/i)
    expect(
      await failure(pki.leaf('apiserver', 'controller-1'), pki.leaf('apiserver', 'controller-1'), pki.ca),
    ).to.match(/client refused: INVALID_PURPOSE/)
  })

  it('lets the API server know a kubelet by its address, and no other that has its place', async () => {
    const client = pki.leaf('apiserver-kubelet-client')
    const own = pki.leaf('kubelet-server', 'worker-1')
    const [address] = new X509Certificate(own.certificate).subjectAltName?.match(/(?<=IP Address:)\S+/) ?? []
    const seen = await handshake(own, client, pki.ca, address)
    expect(seen.user).to.equal('kube-apiserver-kubelet-client')
    const impostors = {
      'of another node': pki.leaf('kubelet-server', 'worker-2'),
      "a kubelet's for its requests": pki.leaf('kubelet-client', 'worker-1'),
      'signed by another authority': pki.leaf('etcd-server', 'controller-1'),
    }
    for (const [what, pair] of Object.entries(impostors))
      expect(await failure(pair, client, pki.ca, address), what).to.match(/altnames|purpose|verify the first/i)
  })

  async function failure(server: KeyPair, client: KeyPair, ca: KeyPair, address?: string): Promise<string> {
    return handshake(server, client, ca, address).then(
      seen => `accepted ${JSON.stringify(seen)}`,
      (error: unknown) => String(error),
    )
  }

  /** What the server sees of the client, which has dialled the address (by loopback); rejects with what either side says. */
  async function handshake(server: KeyPair, client: KeyPair, ca: KeyPair, address = '127.0.0.1') {
    const listener = createServer({
      cert: server.certificate,
      key: server.privateKey,
      ca: ca.certificate,
      requestCert: true,
      // Judged below, as a server that hangs up does not say why.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    })
    const accepted = new Promise<{protocol: string | null; user: string}>((resolve, reject) => {
      listener.on('tlsClientError', reject)
      listener.on('secureConnection', (socket: TLSSocket) => {
        if (!socket.authorized) reject(new Error(`client refused: ${String(socket.authorizationError)}`))
        resolve({protocol: socket.getProtocol(), user: String(socket.getPeerCertificate().subject.CN)})
        socket.end()
      })
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const {port} = listener.address() as AddressInfo
    const socket = connect({
      host: '127.0.0.1',
      port,
      ca: ca.certificate,
      cert: client.certificate,
      key: client.privateKey,
      checkServerIdentity: (_, certificate) => checkServerIdentity(address, certificate),
    })
    const refused = new Promise<never>((_, reject) => socket.on('error', reject))
    try {
      return await Promise.race([accepted, refused])
    } finally {
      socket.destroy()
      accepted.catch(() => undefined)
      refused.catch(() => undefined)
      listener.close()
    }
  }
})
