import {request, type Server} from 'node:http'

export interface AskOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
}

export interface Answer {
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  /** Its bytes as characters (latin1). */
  readonly body: string
}

/** Asks a server on loopback. Not by fetch, which tidies paths up. */
export function ask(port: number, path: string, options: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({host: '127.0.0.1', port, path, ...options}, response => {
      let body = ''
      response.setEncoding('latin1').on('data', (text: string) => (body += text))
      response.on('end', () => {
        resolve({status: response.statusCode, headers: response.headers, body})
      })
    })
      .on('error', reject)
      .end()
  })
}

/** The port of loopback on which a server listens from now on. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}
