import {KhwError, messageOf, type KhwCode} from '../errors.js'
import {awsErrorCode, classOf, type ErrorClass} from './errors.js'

interface Explanation {
  readonly code: KhwCode
  readonly suggestion: string
}

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  UnauthorizedOperation: {code: 'AWS_AUTH', suggestion: 'Ask for the missing permission, then run the command again.'},
  AuthFailure: {code: 'AWS_AUTH', suggestion: 'Check the credentials with: aws sts get-caller-identity'},
  InvalidClientTokenId: {code: 'AWS_AUTH', suggestion: 'Check the credentials with: aws sts get-caller-identity'},
  ExpiredToken: {
    code: 'AWS_AUTH',
    suggestion: 'Log in again (for example: aws sso login), then run the command again.',
  },
  RequestExpired: {
    code: 'AWS_AUTH',
    suggestion: 'Log in again (for example: aws sso login), then run the command again.',
  },
  CredentialsProviderError: {
    code: 'AWS_AUTH',
    suggestion:
      'Give credentials (aws configure, AWS_PROFILE or AWS_ACCESS_KEY_ID), or try without AWS: --provider local',
  },
  OptInRequired: {
    code: 'AWS_AUTH',
    suggestion: 'Activate the region for your account, or choose another with --region',
  },
  VcpuLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestion: 'Raise the quota "Running On-Demand Standard instances", or take fewer nodes.',
  },
  InstanceLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestion: 'Raise the instance quota of the region, or take fewer nodes.',
  },
  VpcLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestion: 'Delete a VPC you do not need, raise the quota, or choose another --region',
  },
  InsufficientInstanceCapacity: {
    code: 'AWS_CAPACITY',
    suggestion: 'Run the command again later, or choose another --region',
  },
}

/** For codes that have no words of their own. */
const BY_CLASS: Readonly<Partial<Record<ErrorClass, Explanation>>> = {
  throttle: {
    code: 'AWS_ERROR',
    suggestion: 'Wait some minutes, then run the same command again: it goes on where it stopped.',
  },
  quota: {
    code: 'AWS_QUOTA',
    suggestion: 'Raise that quota of the region (Service Quotas), or delete what you do not need.',
  },
  capacity: {code: 'AWS_CAPACITY', suggestion: 'Run the command again later, or choose another --region'},
  auth: {
    code: 'AWS_AUTH',
    suggestion: 'Log in again, check with: aws sts get-caller-identity, then run the command again.',
  },
}

/** Turns what the SDK threw into a KhwError that says what to do; passes on what is not AWS's. */
export function explained(error: unknown, what: string): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof KhwError) return error
  const {name} = error
  const explanation = EXPLANATIONS[name] ?? BY_CLASS[classOf(error)]
  if (!explanation && awsErrorCode(error) === undefined) return error
  return new KhwError(
    explanation?.code ?? 'AWS_ERROR',
    `${what}: ${name}: ${messageOf(error)}`,
    [explanation?.suggestion ?? 'Run the same command again: it goes on where it stopped.'],
    {cause: error},
  )
}
