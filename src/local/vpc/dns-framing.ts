import type {Socket} from 'node:net'

/** DNS over a stream: each message after its length in two bytes (RFC 1035, 4.2.2). */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2)
  framed.writeUInt16BE(message.length)
  message.copy(framed, 2)
  return framed
}

/** Calls `onMessage` with every whole message that arrives on the socket. */
export function readFrames(socket: Socket, onMessage: (message: Buffer) => void): void {
  let pending = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      onMessage(pending.subarray(2, end))
      pending = pending.subarray(end)
    }
  })
}

/** Sends one message on a fresh stream and resolves with the first that comes back; rejects when none does in time. */
export function ask(socket: Socket, message: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (why: Error): void => {
      socket.destroy()
      reject(why)
    }
    socket.setTimeout(timeoutMs, () => {
      fail(new Error('no answer in time'))
    })
    socket.once('error', fail)
    socket.once('close', () => {
      reject(new Error('the stream ended without an answer'))
    })
    readFrames(socket, answer => {
      resolve(Buffer.from(answer))
      socket.destroy()
    })
    socket.write(frame(message))
  })
}
