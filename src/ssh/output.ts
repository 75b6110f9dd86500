import {StringDecoder} from 'node:string_decoder'

/** A taker of chunks that hands on each whole line. */
export function wholeLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder()
  let pending = ''
  return chunk => {
    const lines = (pending + decoder.write(chunk)).split('\n')
    pending = lines.pop() ?? ''
    lines.forEach(onLine)
  }
}

/** Text of bytes that came as one character each (`latin1`). */
export function fromBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString()
}

export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n')
}
