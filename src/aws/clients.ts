import {createRequire} from 'node:module'
import type * as ec2Module from '@aws-sdk/client-ec2'
import type * as elbModule from '@aws-sdk/client-elastic-load-balancing-v2'
import type * as iamModule from '@aws-sdk/client-iam'
import type * as quotasModule from '@aws-sdk/client-service-quotas'
import type * as stsModule from '@aws-sdk/client-sts'
import {systemClock, type Clock} from '../clock.js'
import type {RegionAccess} from '../cluster/provider.js'
import {hasProxy, proxyFromEnvironment} from '../proxy.js'
import {ProxyingAgent} from '../proxy-agent.js'
import {retryStrategy} from './retry.js'

// The SDK's CommonJS build loads in half the time that import() takes (it would lex thousands of export names first).
const require = createRequire(import.meta.url)

export interface AwsClients {
  /** Repeats calls whose answer was lost: for those that change nothing, or nothing twice. */
  readonly ec2: ec2Module.EC2
  /** Never repeats a call that may have happened: for those that make something and take no client token. */
  readonly ec2Once: ec2Module.EC2
  /** Repeats like `ec2`: what load balancers are made of is known by its name, so that a second call makes no second one. */
  readonly elb: elbModule.ElasticLoadBalancingV2
  /** Of all regions at once. Repeats like `ec2`: most of IAM's is known by its name. */
  readonly iam: iamModule.IAM
  /** As `ec2Once`: for versions of policies, of which each call makes one. */
  readonly iamOnce: iamModule.IAM
  readonly sts: stsModule.STS
  readonly quotas: quotasModule.ServiceQuotas
  /** Closes the connections. */
  close(): void
}

/** For all that clusters are made of. */
export type ResourceClients = Pick<AwsClients, 'ec2' | 'elb' | 'iam'>

/** Just these of all clients: the others are not even loaded by who copies them. */
export function resourceClients({ec2, elb, iam}: ResourceClients): ResourceClients {
  return {ec2, elb, iam}
}

export interface ClientOptions {
  /** Ends what waits to be sent again. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** Milliseconds of silence after which an answer counts as lost. */
  readonly silence?: number
  /** For who asks first whether something is possible at all: gives up within seconds. */
  readonly impatient?: boolean
}

/**
 * Aggregated clients of one region, loaded when they are first used, with one pool of connections among them. The SDK by
 * itself would let a silent socket hang for fifteen minutes.
 */
export function awsClients(access: RegionAccess, options: ClientOptions = {}): AwsClients {
  const {signal, clock = systemClock, impatient = false, silence = impatient ? 6_000 : 30_000} = options
  const {EC2} = require('@aws-sdk/client-ec2') as typeof ec2Module
  const config = {
    region: access.region,
    ...(access.endpoint === undefined ? {} : {endpoint: access.endpoint}),
    ...(access.credentials === undefined ? {} : {credentials: access.credentials}),
  }
  const retries = {clock, impatient, ...(signal === undefined ? {} : {signal})}
  const repeating = {...config, retryStrategy: retryStrategy({repeatable: true, ...retries})}
  const ec2 = new EC2({
    ...repeating,
    requestHandler: {
      requestTimeout: silence,
      throwOnRequestTimeout: true,
      connectionTimeout: impatient ? 3_000 : 5_000,
      ...proxyAgents(),
    },
  })
  // One pool of connections, and credentials that are fetched once: behind them may be a login, or a role to be assumed.
  const {requestHandler, credentials} = ec2.config
  const shared = {...repeating, requestHandler, credentials}
  const once = {...shared, retryStrategy: retryStrategy({repeatable: false, ...retries})}
  const ec2Once = new EC2(once)
  const elb = lazy(() => {
    const {ElasticLoadBalancingV2} = require('@aws-sdk/client-elastic-load-balancing-v2') as typeof elbModule
    return new ElasticLoadBalancingV2(shared)
  })
  const iam = lazy(() => {
    const {IAM} = require('@aws-sdk/client-iam') as typeof iamModule
    return new IAM(shared)
  })
  const iamOnce = lazy(() => {
    const {IAM} = require('@aws-sdk/client-iam') as typeof iamModule
    return new IAM(once)
  })
  const sts = lazy(() => {
    const {STS} = require('@aws-sdk/client-sts') as typeof stsModule
    return new STS(shared)
  })
  const quotas = lazy(() => {
    const {ServiceQuotas} = require('@aws-sdk/client-service-quotas') as typeof quotasModule
    return new ServiceQuotas(shared)
  })
  return {
    ec2,
    ec2Once,
    get elb() {
      return elb()
    },
    get iam() {
      return iam()
    },
    get iamOnce() {
      return iamOnce()
    },
    get sts() {
      return sts()
    },
    get quotas() {
      return quotas()
    },
    close: () => {
      requestHandler.destroy?.()
    },
  }
}

/** The SDK by itself knows nothing of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
function proxyAgents(): {httpAgent?: ProxyingAgent; httpsAgent?: ProxyingAgent} {
  const settings = proxyFromEnvironment()
  if (!hasProxy(settings)) return {}
  const agent = new ProxyingAgent(settings)
  return {httpAgent: agent, httpsAgent: agent}
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
