import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface FileServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** `GET /path` of every request, with its range if it had one: `GET /path bytes=5-`. */
  readonly log: string[]
  /** Content by path, without the leading slash. */
  readonly files: Map<string, Buffer>
  close(): Promise<void>
}

export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean

/** Serves files on loopback with byte ranges; `intercept` may answer first by returning true. */
export async function fileServer(
  files: Readonly<Record<string, string | Buffer>> = {},
  intercept: Interceptor = () => false,
): Promise<FileServer> {
  const content = new Map(Object.entries(files).map(([path, data]) => [path, Buffer.from(data)]))
  const log: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1))
    const range = request.headers.range
    log.push(`${request.method ?? ''} /${path}${range === undefined ? '' : ` ${range}`}`)
    if (intercept(request, response)) return
    const data = content.get(path)
    if (!data) {
      response.writeHead(404).end('not found')
      return
    }
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    if (from >= data.length && range !== undefined) {
      response.writeHead(416, {'content-range': `bytes */${data.length}`}).end()
      return
    }
    const headers = {
      'content-length': data.length - from,
      ...(range !== undefined && {'content-range': `bytes ${from}-${data.length - 1}/${data.length}`}),
    }
    response.writeHead(range === undefined ? 200 : 206, headers)
    response.end(request.method === 'HEAD' ? undefined : data.subarray(from))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    files: content,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close(error => {
          if (error) reject(error)
          else resolve()
        })
      }),
  }
}
