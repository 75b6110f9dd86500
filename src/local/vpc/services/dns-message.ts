/** The little of DNS messages (RFC 1035, 4.1) that a resolver needs which answers for a few names itself and forwards the rest. */

export const TYPE = {A: 1, PTR: 12, AAAA: 28, OPT: 41, ANY: 255} as const
export const RCODE = {noError: 0, formatError: 1, serverFailure: 2, nameError: 3, notImplemented: 4} as const

export interface Question {
  /** Lower case, without the final dot; empty for the root. */
  readonly name: string
  readonly type: number
  /** Where the question section ends in the message. */
  readonly end: number
}

export interface Answer {
  readonly rcode: number
  /** Addresses (A) or names (PTR); empty for a name that has none of what was asked. */
  readonly records: readonly (
    {readonly type: 'A'; readonly address: string} | {readonly type: 'PTR'; readonly name: string}
  )[]
}

const HEADER = 12
const CLASS_IN = 1
/** Names of instances change hands within a minute or two, when one is terminated and the next is launched. */
const TTL_SECONDS = 5

/** The question of a query; undefined if it is none, or holds more than one question. */
export function parseQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER || message.readUInt16BE(4) !== 1 || ((message[2] ?? 0) & 0x80) !== 0) return undefined
  const labels: string[] = []
  let at = HEADER
  for (;;) {
    const length = message[at]
    // Above 63 it would be a pointer, which has nothing to point at in a question.
    if (length === undefined || length > 63) return undefined
    at += 1
    if (length === 0) break
    labels.push(message.toString('latin1', at, at + length))
    at += length
  }
  if (at + 4 > message.length) return undefined
  return {name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at), end: at + 4}
}

/** The most bytes an answer by UDP may have: what the query's EDNS record says (RFC 6891, 6.1.2), or 512. */
export function udpLimit(query: Buffer, question: Question): number {
  const opt = question.end
  const first = query.readUInt16BE(6) === 0 && query.readUInt16BE(8) === 0 && query.readUInt16BE(10) > 0
  if (!first || query.length < opt + 11 || query[opt] !== 0 || query.readUInt16BE(opt + 1) !== TYPE.OPT) return 512
  return Math.max(512, query.readUInt16BE(opt + 3))
}

function encodeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function header(query: Buffer, rcode: number, options: {answers?: number; truncated?: boolean} = {}): Buffer {
  const bytes = Buffer.alloc(HEADER)
  query.copy(bytes, 0, 0, 2)
  const recursionDesired = (query[2] ?? 0) & 0x01
  bytes[2] = 0x80 | ((query[2] ?? 0) & 0x78) | (options.truncated === true ? 0x02 : 0) | recursionDesired
  bytes[3] = 0x80 | rcode
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt16BE(options.answers ?? 0, 6)
  return bytes
}

export function encodeAnswer(query: Buffer, question: Question, answer: Answer): Buffer {
  const records = answer.records.map(record => {
    const data = record.type === 'A' ? Buffer.from(record.address.split('.').map(Number)) : encodeName(record.name)
    const fixed = Buffer.alloc(12)
    // The name is the question's: a pointer to it.
    fixed.writeUInt16BE(0xc000 | HEADER, 0)
    fixed.writeUInt16BE(TYPE[record.type], 2)
    fixed.writeUInt16BE(CLASS_IN, 4)
    fixed.writeUInt32BE(TTL_SECONDS, 6)
    fixed.writeUInt16BE(data.length, 10)
    return Buffer.concat([fixed, data])
  })
  const head = header(query, answer.rcode, {answers: records.length})
  return Buffer.concat([head, query.subarray(HEADER, question.end), ...records])
}

/** Says that the whole answer is to be had by TCP. */
export function encodeTruncated(query: Buffer, question: Question): Buffer {
  return Buffer.concat([header(query, RCODE.noError, {truncated: true}), query.subarray(HEADER, question.end)])
}

/** The answer to what could not be read as a query. */
export function encodeFormatError(query: Buffer): Buffer {
  const bytes = header(query, RCODE.formatError)
  bytes.writeUInt16BE(0, 4)
  return bytes
}
