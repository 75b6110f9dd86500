import type {X509Certificate} from 'node:crypto'
import {connect} from 'node:tls'

/** Milliseconds for the connection and the handshake. */
const PATIENCE = 5000

/**
 * The certificate that a server shows, whether it can be believed or not: nothing is asked of it. Rejects if there is no
 * TLS to be had there. A server that re-reads its file shows the new one to the next who connects.
 */
export function servedCertificate(endpoint: string): Promise<X509Certificate> {
  const {hostname, port} = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const socket = connect({host: hostname, port: Number(port), rejectUnauthorized: false})
    const timer = setTimeout(
      () => socket.destroy(new Error(`${endpoint}: no TLS within ${PATIENCE / 1000} s`)),
      PATIENCE,
    )
    socket.once('error', (error: Error) => {
      clearTimeout(timer)
      reject(error)
    })
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      if (certificate) resolve(certificate)
      else reject(new Error(`${endpoint}: it shows no certificate`))
    })
  })
}
