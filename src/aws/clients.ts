import {createRequire} from 'node:module'
import type * as ec2Module from '@aws-sdk/client-ec2'
import type * as stsModule from '@aws-sdk/client-sts'
import type {RegionAccess} from '../cluster/provider.js'

// The SDK's CommonJS build loads in half the time that import() takes (it would lex thousands of export names first).
const require = createRequire(import.meta.url)

export interface AwsClients {
  readonly ec2: ec2Module.EC2
  /** Sends each call once: for calls without a client token, which would make a second thing if they were repeated. */
  readonly ec2Once: ec2Module.EC2
  readonly sts: stsModule.STS
  /** Closes the connections. */
  close(): void
}

/**
 * Aggregated clients of one region. The SDK's defaults are not fit for provisioning: it gives up after three attempts
 * and lets a silent socket hang for fifteen minutes.
 */
export function awsClients(access: RegionAccess): AwsClients {
  const {EC2} = require('@aws-sdk/client-ec2') as typeof ec2Module
  const {STS} = require('@aws-sdk/client-sts') as typeof stsModule
  const config = {
    region: access.region,
    ...(access.endpoint === undefined ? {} : {endpoint: access.endpoint}),
    ...(access.credentials === undefined ? {} : {credentials: access.credentials}),
    maxAttempts: 10,
    requestHandler: {requestTimeout: 30_000, throwOnRequestTimeout: true, connectionTimeout: 5_000},
  }
  const ec2 = new EC2(config)
  const ec2Once = new EC2({...config, maxAttempts: 1})
  const sts = new STS(config)
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
