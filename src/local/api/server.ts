import {randomUUID} from 'node:crypto'
import {setMaxListeners} from 'node:events'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {systemClock, type Clock} from '../../clock.js'
import {messageOf} from '../../errors.js'
import type {Fabric} from '../fabric.js'
import type {RegionStore} from '../store.js'
import {actions} from './actions.js'
import {ApiError} from './api-error.js'
import {elbActions} from './elb/actions.js'
import {LoadBalancerLifecycle} from './elb/lifecycle.js'
import {ec2Service} from './ec2-service.js'
import {DroppedConnection} from './faults/dropped-connection.js'
import type {FaultSource} from './faults/fault-source.js'
import {EC2_FAULTS, FaultInjector} from './faults/injector.js'
import {ELB_FAULTS} from './elb/faults.js'
import {SpotInterrupter} from './faults/spot-interruptions.js'
import {iamActions} from './iam/actions.js'
import {authorize} from './iam/authorize.js'
import {knownKey, rootCaller} from './iam/caller.js'
import {stsActions} from './iam/sts.js'
import type {MachineImage} from './image.js'
import {InstanceLifecycle} from './instance-lifecycle.js'
import {callLatency, LATENCIES, type Latency} from './latency.js'
import type {AddressRange} from './public-addresses.js'
import {queryService} from './query-service.js'
import {readBody} from './read-body.js'
import type {Region} from './region.js'
import {type Answer, type Service} from './service.js'
import {serviceQuotas} from './service-quotas.js'
import {claimOf, refusalOf, type Credentials} from './signature.js'
import {ssmService} from './ssm-service.js'
import {VpcSync} from './vpc-sync.js'

export interface ApiServerOptions {
  readonly store: RegionStore
  readonly fabric: Fabric
  /** Of the root of the account; IAM's users and roles have others. */
  readonly credentials: Credentials
  /** What instances boot. */
  readonly image: MachineImage
  /** Where instances' public addresses come from; every one of them is given away. */
  readonly publicRange: AddressRange
  /** Told what went wrong behind an answer that was already given, and about bugs. */
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
  /** What goes wrong; without it nothing does. */
  readonly faults?: FaultSource
  /** How long things take, where the settings of `faults` are not to say it. */
  readonly latency?: Latency
}

const ELB_NAMESPACE = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/'

/**
 * The region's API on one port: EC2, Elastic Load Balancing, STS, IAM, SSM and Service Quotas, told apart by the scope of
 * the request's signature. The caller listens with it, on loopback.
 */
export function createApiServer(options: ApiServerOptions): Server {
  const {store, fabric} = options
  const clock = options.clock ?? systemClock
  const now = (): Date => new Date(clock.now())
  const onError = options.onError ?? (() => undefined)
  const network = new VpcSync(store, fabric)
  const closing = new AbortController()
  // Calls that take as long as EC2's wait for it, any number at a time.
  setMaxListeners(0, closing.signal)
  const source = options.faults
  const latency = (): Latency => options.latency ?? LATENCIES[source?.current().latency ?? 'none']
  const injector = source && new FaultInjector(source, clock)
  const instances = new InstanceLifecycle({
    store,
    fabric,
    network,
    clock,
    latency,
    onError,
    ...(injector && {beforeBoot: (instance, signal) => injector.beforeBoot(instance, signal)}),
  })
  fabric.onMachineExit(instanceId => {
    instances.exited(instanceId)
  })
  const loadBalancers = new LoadBalancerLifecycle({store, network, clock, latency, onError, signal: closing.signal})
  loadBalancers.resume()
  const region: Region = {
    store,
    network,
    instances,
    loadBalancers,
    fabric,
    images: [options.image],
    publicRange: options.publicRange,
    now,
    latency,
    caller: rootCaller(store.state),
  }
  const ec2 = ec2Service(injector ? injector.actions(actions, EC2_FAULTS) : actions)
  const elb = queryService(ELB_NAMESPACE, injector ? injector.actions(elbActions, ELB_FAULTS) : elbActions)
  const others: readonly (readonly [string, Service])[] = [
    ['sts', queryService('https://sts.amazonaws.com/doc/2011-06-15/', stsActions)],
    ['iam', queryService('https://iam.amazonaws.com/doc/2010-05-08/', iamActions)],
    ['ssm', ssmService()],
    ['servicequotas', serviceQuotas(() => source?.current().quotas ?? {})],
  ]
  const services = new Map<string, Service>([
    ['ec2', ec2],
    ['elasticloadbalancing', elb],
    ...others.map(([name, service]) => [name, injector ? injector.service(name, service) : service] as const),
  ])

  async function answer(request: IncomingMessage, requestId: string): Promise<Answer> {
    const claim = claimOf(request.headers)
    const service = (claim && services.get(claim.service)) ?? ec2
    try {
      const body = await readBody(request)
      if (claim === undefined) throw service.denial(undefined)
      if (!services.has(claim.service))
        throw new ApiError('InvalidAction', `The service ${claim.service} is not available in this region.`)
      const {method = '', url: target = '/', headers} = request
      const key = knownKey(store.state, options.credentials, claim.accessKeyId)
      const refusal = refusalOf({method, target, headers, body}, claim, key, store.state.region, now())
      if (refusal !== undefined || key === undefined) throw service.denial(refusal)
      const query = target.split('?').slice(1).join('?')
      const signed = {requestId, headers, query, body: body.toString('utf8')}
      const asked = {...region, caller: key.caller}
      const operation = service.operationOf(signed)
      if (source?.current().enforceIam === true) authorize({service: claim.service, operation}, signed, asked)
      const wait = callLatency(latency(), operation)
      if (wait > 0) await clock.sleep(wait, closing.signal)
      return await service.answer(signed, asked)
    } catch (error) {
      if (error instanceof DroppedConnection) throw error
      if (error instanceof ApiError) return service.failure(error, requestId)
      onError(error)
      const failed = new ApiError('InternalError', `An internal error has occurred: ${messageOf(error)}`, 500)
      return service.failure(failed, requestId)
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const given = await answer(request, requestId).catch(dropped)
    interrupter?.consider()
    if (given === undefined) {
      request.socket.destroy()
      return
    }
    const {status, contentType, body} = given
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': requestId,
      // SDKs compare it with their own clock, so it must be the clock that signatures are judged by.
      date: now().toUTCString(),
    })
    response.end(body)
  }

  const interrupter =
    injector &&
    new SpotInterrupter({
      rules: () => injector.interruptions(),
      store,
      network,
      instances,
      clock,
      onError,
      signal: closing.signal,
    })
  source?.onChange(() => {
    interrupter?.consider()
  })

  const server = createServer((request, response) => {
    // What rejects here is a connection that broke; there is nobody left to answer.
    respond(request, response).catch(onError)
  })
  // Node closes idle connections after 5 s by default. A client that sends at that moment sees a reset and cannot know
  // whether its CreateVpc happened; SDKs keep connections, so outlast them.
  server.keepAliveTimeout = 600_000
  server.headersTimeout = 610_000
  server.on('close', () => {
    closing.abort()
  })
  return server
}

/** Undefined for a connection that is to end without an answer. */
function dropped(error: unknown): undefined {
  if (!(error instanceof DroppedConnection)) throw error
}
