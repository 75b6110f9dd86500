import {createRequire} from 'node:module'
import type * as ec2Module from '@aws-sdk/client-ec2'
import type * as stsModule from '@aws-sdk/client-sts'
import {systemClock, type Clock} from '../clock.js'
import type {RegionAccess} from '../cluster/provider.js'
import {retryStrategy} from './retry.js'

// The SDK's CommonJS build loads in half the time that import() takes (it would lex thousands of export names first).
const require = createRequire(import.meta.url)

export interface AwsClients {
  /** Repeats calls whose answer was lost: for those that change nothing, or nothing twice. */
  readonly ec2: ec2Module.EC2
  /** Never repeats a call that may have happened: for those that make something and take no client token. */
  readonly ec2Once: ec2Module.EC2
  readonly sts: stsModule.STS
  /** Closes the connections. */
  close(): void
}

export interface ClientOptions {
  /** Ends what waits to be sent again. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** Milliseconds of silence after which an answer counts as lost. */
  readonly silence?: number
}

/** Aggregated clients of one region. The SDK by itself would let a silent socket hang for fifteen minutes. */
export function awsClients(access: RegionAccess, options: ClientOptions = {}): AwsClients {
  const {signal, clock = systemClock, silence = 30_000} = options
  const {EC2} = require('@aws-sdk/client-ec2') as typeof ec2Module
  const {STS} = require('@aws-sdk/client-sts') as typeof stsModule
  const config = {
    region: access.region,
    ...(access.endpoint === undefined ? {} : {endpoint: access.endpoint}),
    ...(access.credentials === undefined ? {} : {credentials: access.credentials}),
    requestHandler: {requestTimeout: silence, throwOnRequestTimeout: true, connectionTimeout: 5_000},
  }
  const retries = {clock, ...(signal === undefined ? {} : {signal})}
  const repeating = {...config, retryStrategy: retryStrategy({repeatable: true, ...retries})}
  const ec2 = new EC2(repeating)
  const ec2Once = new EC2({...config, retryStrategy: retryStrategy({repeatable: false, ...retries})})
  const sts = new STS(repeating)
  return {
    ec2,
    ec2Once,
    sts,
    close: () => {
      ec2.destroy()
      ec2Once.destroy()
      sts.destroy()
    },
  }
}
