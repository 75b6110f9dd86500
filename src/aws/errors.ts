/**
 * What an answer of AWS means for a provisioner. One table; sources are the error codes of the EC2, ELBv2 and IAM API
 * references and what other provisioners wait for.
 */
export type ErrorClass =
  /** Too many calls: come again later, however often. */
  | 'throttle'
  /** It may have happened or not: only a call with a client token, or one that changes nothing, may be repeated blindly. */
  | 'ambiguous'
  /** It does not exist: not visible yet if it was made in the last minutes, success for a delete, else drift. */
  | 'not-found'
  /** Somebody made it already, maybe an earlier try of the same call. */
  | 'already-there'
  /** Something still holds on to it: a delete that is worth trying again. */
  | 'blocked'
  /** The zone or the subnet has no room for it now. */
  | 'capacity'
  /** The account may have no more of it. */
  | 'quota'
  /** The client token stands for another request, or for machines that have ended. */
  | 'token'
  /** The credentials are not good (any more) or not allowed to do it. */
  | 'auth'
  /** Anything else: it is not worth repeating. */
  | 'other'

const CODES: Readonly<Record<Exclude<ErrorClass, 'other'>, readonly string[]>> = {
  throttle: [
    'RequestLimitExceeded',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'EC2ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'TooManyRequestsException',
    'SlowDown',
  ],
  ambiguous: [
    'InternalError',
    'InternalFailure',
    'InternalServiceError',
    'ServerInternal',
    'ServiceUnavailable',
    'Unavailable',
    'RequestTimeout',
    'RequestTimeoutException',
    'TimeoutError',
  ],
  'not-found': [
    'Gateway.NotAttached',
    'LoadBalancerNotFound',
    'TargetGroupNotFound',
    'ListenerNotFound',
    'SubnetNotFound',
    'InvalidSecurityGroup',
    'NatGatewayNotFound',
    'NoSuchEntity',
    'NoSuchEntityException',
    'NoSuchResource',
  ],
  'already-there': [
    'InvalidSubnet.Conflict',
    'InvalidGroup.Duplicate',
    'InvalidPermission.Duplicate',
    'RouteAlreadyExists',
    'Resource.AlreadyAssociated',
    'InvalidKeyPair.Duplicate',
    'DuplicateLoadBalancerName',
    'DuplicateTargetGroupName',
    'DuplicateListener',
    'EntityAlreadyExists',
    'EntityAlreadyExistsException',
  ],
  blocked: [
    'DependencyViolation',
    'InvalidGroup.InUse',
    'InvalidNetworkInterface.InUse',
    'VolumeInUse',
    'ResourceInUse',
    'InvalidIPAddress.InUse',
    // IAM, some time after what was attached is gone, and while two calls change one thing.
    'DeleteConflict',
    'ConcurrentModification',
  ],
  capacity: [
    'InsufficientInstanceCapacity',
    'InsufficientHostCapacity',
    'InsufficientFreeAddressesInSubnet',
    'Unsupported',
  ],
  quota: [
    'VcpuLimitExceeded',
    'InstanceLimitExceeded',
    'VpcLimitExceeded',
    'RouteLimitExceeded',
    'NetworkInterfaceLimitExceeded',
    'SecurityGroupsPerInstanceLimitExceeded',
    'SecurityGroupsPerInterfaceLimitExceeded',
    'TagLimitExceeded',
    'SubnetLimitExceeded',
    'InternetGatewayLimitExceeded',
    'RouteTableLimitExceeded',
    'SecurityGroupLimitExceeded',
    'RulesPerSecurityGroupLimitExceeded',
    'AddressLimitExceeded',
    'VolumeLimitExceeded',
    'MaxSpotInstanceCountExceeded',
    'TooManyLoadBalancers',
    'TooManyTargetGroups',
    'TooManyTargets',
    'TooManyListeners',
  ],
  token: ['IdempotentParameterMismatch', 'IdempotentInstanceTerminated'],
  auth: [
    'UnauthorizedOperation',
    'AccessDenied',
    'AccessDeniedException',
    'AuthFailure',
    'ExpiredToken',
    'ExpiredTokenException',
    'RequestExpired',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'OptInRequired',
    'PendingVerification',
    'CredentialsProviderError',
    'TokenProviderError',
  ],
}

const CLASS_OF: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries(CODES).flatMap(([name, codes]) => codes.map(code => [code, name as ErrorClass] as const)),
)

/** Codes that say only with their words that something is not there (yet). */
const NOT_THERE_BY_WORDS: Readonly<Record<string, RegExp>> = {
  ValidationError: /\bVPC\b.* not found/,
  InvalidSubnet: /has no internet gateway/,
  // EC2 of what IAM has made a moment ago.
  InvalidParameterValue: /Invalid IAM Instance Profile|has no associated IAM Roles/,
}

/** What Node says of a connection that broke, or was never made. */
const NETWORK_CODES: readonly string[] = [
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]

/** The class of whatever a call of the SDK threw; `other` for what is not AWS's, and for the user's own abort. */
export function classOf(error: unknown): ErrorClass {
  if (!(error instanceof Error) || error.name === 'AbortError') return 'other'
  // EC2's codes are as they are in the answer; the SDK of the other services adds a word to those it knows.
  const code = error.name.replace(/Exception$/, '')
  const known = CLASS_OF.get(error.name) ?? CLASS_OF.get(code)
  if (known !== undefined) return known
  if (error.name.endsWith('.NotFound') || NOT_THERE_BY_WORDS[code]?.test(error.message) === true) return 'not-found'
  const status = httpStatusOf(error)
  if (status === 429) return 'throttle'
  if (status !== undefined) return status >= 500 ? 'ambiguous' : 'other'
  if (NETWORK_CODES.includes((error as NodeJS.ErrnoException).code ?? '')) return 'ambiguous'
  return error.cause === undefined ? 'other' : classOf(error.cause)
}

/** The code EC2 answered with (`InvalidVpcID.NotFound`), or undefined if the error is not AWS's. */
export function awsErrorCode(error: unknown): string | undefined {
  return error instanceof Error && '$metadata' in error ? error.name : undefined
}

/** The thing is not there (any more): success for a delete. */
export function isNotFound(error: unknown): boolean {
  return awsErrorCode(error) !== undefined && classOf(error) === 'not-found'
}

/** Something still holds on to it: a delete that is worth trying again. */
export function isBlocked(error: unknown): boolean {
  return classOf(error) === 'blocked'
}

/** ELB takes a machine as a target only while it runs (ELB API Reference, RegisterTargets, InvalidTarget). */
export function isInvalidTarget(error: unknown): boolean {
  return awsErrorCode(error)?.startsWith('InvalidTarget') === true
}

/** Undefined if there was no answer: the SDK puts its metadata, then without a status, on those errors too. */
function httpStatusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined
  return (error.$metadata as {httpStatusCode?: number} | undefined)?.httpStatusCode
}
