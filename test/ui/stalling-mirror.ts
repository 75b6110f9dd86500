import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'

/** A mirror that has every checksum, and of every file only the beginning: who fetches one waits. AWS never answers. */
export class StallingMirror {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** Settles when somebody waits. */
    readonly waiting: Promise<void>,
  ) {}

  static async open(): Promise<StallingMirror> {
    let stalled: () => void
    const waiting = new Promise<void>(resolve => (stalled = resolve))
    const server = createServer((request, response) => {
      const {method, url = ''} = request
      if (url.endsWith('SHA256SUMS')) response.writeHead(404).end()
      else if (url.endsWith('.sha256')) response.end('0'.repeat(64))
      else if (method === 'HEAD') response.writeHead(200, {'content-length': 1_000_000}).end()
      else {
        if (method === 'GET') response.writeHead(200, {'content-length': 1_000_000}).write('beginning')
        stalled()
      }
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new StallingMirror(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waiting)
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}
