import type {IncomingMessage, RequestListener, Server, ServerResponse} from 'node:http'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {createApiServer} from '../../../src/local/api/server.js'
import type {RegionState} from '../../../src/local/model.js'
import {emptyRegion} from '../../../src/local/state-file.js'
import {RegionStore} from '../../../src/local/store.js'
import {CREDENTIALS, IMAGE} from '../../local/api/test-region.js'
import {SimulatedFabric} from './machines/fabric.js'

/** The header by which the hooks ask for the process to be ended once the call is done. */
const CRASH_HEADER = 'x-crash-pid'
/** 127.64.0.4 to 127.64.0.63: in a network namespace of their own, so every lane has them all. */
const PUBLIC_RANGE = {first: 0x7f400004, last: 0x7f40003f}

/** A call that changes something, as the region answered it. */
export interface MutatingCall {
  readonly action: string
  readonly parameters: ReadonlyMap<string, string>
  readonly status: number
}

/** The project's own region with machines that are simulated, and with a record of what it was asked to change. */
export class CrashRegion {
  readonly fabric = new SimulatedFabric()
  calls: MutatingCall[] = []
  private server: Server | undefined

  private constructor(readonly store: RegionStore) {}

  static async open(directory: string, port: number): Promise<CrashRegion> {
    const store = await RegionStore.open(join(directory, 'region.json'), () =>
      emptyRegion({region: 'local-1', zones: ['local-1a', 'local-1b', 'local-1c'], accountId: '123456789012'}),
    )
    const region = new CrashRegion(store)
    await region.listen(port)
    return region
  }

  /** All that can be seen of it, client tokens and terminated instances apart, as one text. */
  snapshot(): string {
    return JSON.stringify(withoutTraces(this.store.state), null, 1)
  }

  /** Forgets what EC2 would have forgotten in an hour, so that many trials do not slow the region down. */
  async forgetTraces(): Promise<void> {
    await this.store.change(state => {
      const {instances} = withoutTraces(state)
      state.instances = instances
      state.clientTokens = {}
    })
    this.calls = []
  }

  /** Machines and VPCs may still be on their way out when the last answer was given. */
  async settled(): Promise<void> {
    const busy = (): boolean => {
      const {instances, loadBalancers, networkInterfaces} = this.store.state
      return (
        Object.values(instances).some(i => ['pending', 'shutting-down', 'stopping'].includes(i.state)) ||
        Object.values(loadBalancers).some(l => l.state === 'provisioning') ||
        Object.values(networkInterfaces).some(i => i.managed?.releasedAt !== undefined)
      )
    }
    for (let tries = 0; busy() && tries < 500; tries++) await new Promise(resolve => setTimeout(resolve, 10))
  }

  async close(): Promise<void> {
    for (const id of [...this.fabric.running.keys()]) await this.fabric.removeMachine(id)
    this.server?.closeAllConnections()
    await new Promise(resolve => this.server?.close(resolve))
  }

  private async listen(port: number): Promise<void> {
    const server = createApiServer({
      store: this.store,
      fabric: this.fabric,
      credentials: CREDENTIALS,
      image: IMAGE,
      publicRange: PUBLIC_RANGE,
      onError: error => this.fabric.errors.push(String(error)),
    })
    const [inner] = server.listeners('request') as RequestListener[]
    if (inner === undefined) throw new Error('the API server has no request listener')
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A client that was killed while it sent leaves nothing to answer.
      this.handle(request, response, inner).catch(() => undefined)
    })
    this.server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  }

  /** Notes what is changed; where the hooks ask for it, ends the client's process between the deed and the answer. */
  private async handle(request: IncomingMessage, response: ServerResponse, inner: RequestListener): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const parameters = new Map(new URLSearchParams(body.toString('utf8')))
    const action = parameters.get('Action') ?? ''
    const {method, url, headers} = request
    const crashPid = headers[CRASH_HEADER]
    const end = response.end.bind(response)
    response.end = ((content: string) => {
      const status = response.statusCode
      if (!/^(Describe|Get)/.test(action) && parameters.get('DryRun') !== 'true')
        this.calls.push({action, parameters, status})
      if (status !== 200 || typeof crashPid !== 'string') return end(content)
      process.kill(Number(crashPid), 'SIGKILL')
      return response.destroy()
    }) as typeof response.end
    inner(Object.assign(Readable.from([body]), {method, url, headers}) as unknown as IncomingMessage, response)
  }
}

function withoutTraces(state: RegionState): RegionState {
  const instances = Object.entries(state.instances).filter(([, instance]) => instance.state !== 'terminated')
  return {...state, instances: Object.fromEntries(instances), clientTokens: {}}
}
