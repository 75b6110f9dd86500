import {KhwError, messageOf, type KhwCode} from '../errors.js'
import {awsErrorCode, classOf, type ErrorClass} from './errors.js'
import {loginSuggestions} from './login.js'

interface Explanation {
  readonly code: KhwCode
  readonly suggestions: readonly [string, ...string[]]
}

const CHECK_CREDENTIALS = 'Check the credentials with: aws sts get-caller-identity'
const LOGIN = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenProviderError']

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  UnauthorizedOperation: {
    code: 'AWS_AUTH',
    suggestions: ['Ask for the missing permission (all that are needed: khw iam policy), then run the command again.'],
  },
  AuthFailure: {code: 'AWS_AUTH', suggestions: [CHECK_CREDENTIALS]},
  InvalidClientTokenId: {
    code: 'AWS_AUTH',
    suggestions: [
      CHECK_CREDENTIALS,
      'If they are good elsewhere: enable the region for your account, or choose another with --region',
    ],
  },
  CredentialsProviderError: {
    code: 'AWS_AUTH',
    suggestions: ['Give credentials: aws configure, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
  },
  OptInRequired: {
    code: 'AWS_AUTH',
    suggestions: ['Enable the region for your account, or choose another with --region'],
  },
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted': {
    code: 'AWS_AUTH',
    suggestions: [
      'Somebody who may has to let the spot market into the account, once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
    ],
  },
  VcpuLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestions: ['Raise the quota "Running On-Demand Standard instances", or take fewer nodes.'],
  },
  InstanceLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestions: ['Raise the instance quota of the region, or take fewer nodes.'],
  },
  VpcLimitExceeded: {
    code: 'AWS_QUOTA',
    suggestions: ['Delete a VPC you do not need, raise the quota, or choose another --region'],
  },
  InsufficientInstanceCapacity: {
    code: 'AWS_CAPACITY',
    suggestions: ['Run the command again later, or choose another --region'],
  },
}

/** For codes that have no words of their own. */
const BY_CLASS: Readonly<Partial<Record<ErrorClass, Explanation>>> = {
  throttle: {
    code: 'AWS_ERROR',
    suggestions: ['Wait some minutes, then run the same command again: it goes on where it stopped.'],
  },
  quota: {
    code: 'AWS_QUOTA',
    suggestions: ['Raise that quota of the region (Service Quotas), or delete what you do not need.'],
  },
  capacity: {code: 'AWS_CAPACITY', suggestions: ['Run the command again later, or choose another --region']},
  auth: {
    code: 'AWS_AUTH',
    suggestions: ['Log in again, check with: aws sts get-caller-identity, then run the command again.'],
  },
}

/** The SDK does not say whether there is no such profile, or no credentials in it. */
function ofProfile(profile: string): Explanation {
  return {
    code: 'AWS_AUTH',
    suggestions: [
      `See whether there is a profile "${profile}": aws configure list-profiles`,
      `Log in with it: aws sso login --profile ${profile}`,
      `Or give it credentials: aws configure --profile ${profile}`,
    ],
  }
}

/** Names that do not resolve: of regions that do not exist, or of all where there is no network. */
const UNKNOWN_HOST: Explanation = {
  code: 'AWS_ERROR',
  suggestions: [
    'Check the name of the region (--region us-west-2), the network and HTTPS_PROXY',
    'Then run the same command again: it goes on where it stopped.',
  ],
}

/** Turns what the SDK threw into a KhwError that says what to do; passes on what is not AWS's. */
export function explained(error: unknown, what: string): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof KhwError) return error
  const {name} = error
  const explanation = explanationOf(error)
  if (!explanation && awsErrorCode(error) === undefined) return error
  return new KhwError(
    explanation?.code ?? 'AWS_ERROR',
    `${what}${whoseProfile(error)}: ${name}: ${messageOf(error)}`,
    explanation?.suggestions ?? ['Run the same command again: it goes on where it stopped.'],
    {cause: error},
  )
}

function explanationOf(error: Error): Explanation | undefined {
  const {name, message} = error
  // Of a login by SSO that is over the SDK says so in words only.
  if (LOGIN.includes(name) || (name === 'CredentialsProviderError' && /\bsso\b/i.test(message)))
    return {code: 'AWS_AUTH', suggestions: loginSuggestions()}
  const profile = profileInUse()
  if (name === 'CredentialsProviderError' && profile !== undefined) return ofProfile(profile)
  if ('code' in error && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')) return UNKNOWN_HOST
  return EXPLANATIONS[name] ?? BY_CLASS[classOf(error)]
}

function profileInUse(): string | undefined {
  return process.env['AWS_PROFILE'] || undefined
}

/** The SDK names no profile where it has found no credentials. */
function whoseProfile({name}: Error): string {
  const profile = profileInUse()
  return name === 'CredentialsProviderError' && profile !== undefined ? ` as the profile "${profile}"` : ''
}
