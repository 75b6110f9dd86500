import {createSocket} from 'node:dgram'
import {connect, createServer} from 'node:net'
import {ask, frame, readFrames} from '../dns-framing.js'
import type {ServiceTables} from '../service-tables.js'
import {encodeAnswer, encodeFormatError, encodeTruncated, parseQuestion, RCODE, udpLimit} from './dns-message.js'
import {answerFromVpc, type ZonesInDns} from './vpc-zone.js'

/** Longer than the forwarder tries, shorter than the five seconds after which resolvers ask again. */
const FORWARD_TIMEOUT_MS = 4500
const IDLE_MS = 10_000

export interface DnsServerOptions {
  readonly tables: () => ServiceTables
  readonly zonesOf?: ZonesInDns
  /** Where the daemon forwards what the VPC does not know. */
  readonly forwarderSocket: string
}

/** The answer to a query: the VPC's own, or the host's resolver's by way of the daemon; a failure if neither has one. */
async function resolve(query: Buffer, {tables, zonesOf, forwarderSocket}: DnsServerOptions): Promise<Buffer> {
  const question = parseQuestion(query)
  if (question === undefined) return encodeFormatError(query)
  const own = answerFromVpc(tables(), question, zonesOf)
  if (own !== undefined) return encodeAnswer(query, question, own)
  try {
    return await ask(connect(forwarderSocket), query, FORWARD_TIMEOUT_MS)
  } catch {
    return encodeAnswer(query, question, {rcode: RCODE.serverFailure, records: []})
  }
}

/** A resolver on `address`, UDP and TCP; resolves once it listens. */
export async function serveDns(address: string, options: DnsServerOptions, port = 53): Promise<{close(): void}> {
  const udp = createSocket('udp4')
  udp.on('message', (query, from) => {
    // Too short to have an id that could be answered.
    if (query.length < 12) return
    void resolve(query, options).then(answer => {
      const question = parseQuestion(query)
      const fits = question === undefined || answer.length <= udpLimit(query, question)
      udp.send(fits ? answer : encodeTruncated(query, question), from.port, from.address)
    })
  })
  const tcp = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    readFrames(socket, message => {
      const query = Buffer.from(message)
      if (query.length < 12) socket.destroy()
      else
        void resolve(query, options).then(answer => {
          if (socket.writable) socket.write(frame(answer))
        })
    })
  })
  await new Promise<void>((done, fail) => {
    tcp.once('error', fail)
    tcp.listen(port, address, done)
  })
  const bound = tcp.address()
  await new Promise<void>((done, fail) => {
    udp.once('error', fail)
    udp.bind(typeof bound === 'object' && bound !== null ? bound.port : port, address, done)
  })
  // From here on an error concerns one datagram (its sender is gone), not the service.
  udp.removeAllListeners('error').on('error', () => undefined)
  return {
    close: () => {
      udp.close()
      tcp.close()
    },
  }
}
