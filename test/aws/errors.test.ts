import {expect} from 'chai'
import {classOf, isBlocked, isNotFound, type ErrorClass} from '../../src/aws/errors.js'

/** As the SDK throws what a service answered. */
function answered(code: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${code}: what the service said`), {name: code, $metadata: {httpStatusCode}})
}

/** As Node throws when there was no answer. */
function unanswered(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), {code, $metadata: {}})
}

const TABLE: readonly (readonly [ErrorClass, readonly string[]])[] = [
  [
    'throttle',
    [
      'RequestLimitExceeded',
      'Throttling',
      'ThrottlingException',
      'EC2ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'TooManyRequestsException',
    ],
  ],
  ['ambiguous', ['InternalError', 'InternalFailure', 'ServerInternal', 'ServiceUnavailable', 'Unavailable']],
  [
    'not-found',
    [
      'InvalidInstanceID.NotFound',
      'InvalidVpcID.NotFound',
      'InvalidSubnetID.NotFound',
      'InvalidRouteTableID.NotFound',
      'InvalidGroup.NotFound',
      'InvalidInternetGatewayID.NotFound',
      'InvalidSecurityGroupID.NotFound',
      'InvalidNetworkInterfaceID.NotFound',
      'InvalidKeyPair.NotFound',
      'InvalidAMIID.NotFound',
      'InvalidAssociationID.NotFound',
      'InvalidPermission.NotFound',
      'InvalidRoute.NotFound',
      'InvalidVolume.NotFound',
      'InvalidAllocationID.NotFound',
      'Gateway.NotAttached',
      'LoadBalancerNotFound',
      'NoSuchEntity',
      'NoSuchResourceException',
    ],
  ],
  [
    'already-there',
    [
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
    ],
  ],
  [
    'blocked',
    [
      'DependencyViolation',
      'InvalidGroup.InUse',
      'InvalidNetworkInterface.InUse',
      'VolumeInUse',
      'ResourceInUse',
      'InvalidIPAddress.InUse',
      'DeleteConflict',
      'DeleteConflictException',
      'ConcurrentModification',
      'ConcurrentModificationException',
    ],
  ],
  ['capacity', ['InsufficientInstanceCapacity', 'InsufficientFreeAddressesInSubnet', 'Unsupported']],
  [
    'quota',
    [
      'VcpuLimitExceeded',
      'InstanceLimitExceeded',
      'VpcLimitExceeded',
      'AddressLimitExceeded',
      'VolumeLimitExceeded',
      'MaxSpotInstanceCountExceeded',
    ],
  ],
  ['token', ['IdempotentParameterMismatch', 'IdempotentInstanceTerminated']],
  [
    'auth',
    [
      'UnauthorizedOperation',
      'AuthFailure',
      'ExpiredToken',
      'RequestExpired',
      'InvalidClientTokenId',
      'OptInRequired',
      'PendingVerification',
    ],
  ],
  ['other', ['InvalidParameterValue', 'MissingParameter', 'DryRunOperation', 'InvalidVpc.Range']],
]

describe('classes of errors', () => {
  for (const [kind, codes] of TABLE)
    for (const code of codes)
      it(`${code} is ${kind}`, () => {
        expect(classOf(answered(code))).to.equal(kind)
      })

  for (const code of ['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH'])
    it(`${code} without an answer is ambiguous`, () => {
      expect(classOf(unanswered(code))).to.equal('ambiguous')
    })

  it('the SDK wraps what Node says of a connection: the cause counts', () => {
    expect(classOf(new Error('fetch failed', {cause: unanswered('ECONNRESET')}))).to.equal('ambiguous')
    expect(classOf(Object.assign(new Error('timed out'), {name: 'TimeoutError', $metadata: {}}))).to.equal('ambiguous')
  })

  it('a code that nobody knows goes by its HTTP status', () => {
    expect(classOf(answered('SomethingNew', 503))).to.equal('ambiguous')
    expect(classOf(answered('SomethingNew', 429))).to.equal('throttle')
    expect(classOf(answered('SomethingNew', 400))).to.equal('other')
  })

  it('lack of capacity is not a broken server, although EC2 answers it with 500', () => {
    expect(classOf(answered('InsufficientInstanceCapacity', 500))).to.equal('capacity')
  })

  it('an abort by the user is nothing of AWS', () => {
    expect(classOf(Object.assign(new Error('aborted'), {name: 'AbortError'}))).to.equal('other')
    expect(classOf('text')).to.equal('other')
  })

  it('what ELB says with an exception, or with words alone', () => {
    const said = (name: string, message: string): Error => Object.assign(answered(name), {message})
    expect(classOf(answered('LoadBalancerNotFoundException'))).to.equal('not-found')
    expect(classOf(answered('TargetGroupNotFoundException'))).to.equal('not-found')
    expect(classOf(answered('ResourceInUseException'))).to.equal('blocked')
    expect(classOf(answered('DuplicateLoadBalancerNameException'))).to.equal('already-there')
    expect(classOf(answered('TooManyLoadBalancersException'))).to.equal('quota')
    expect(classOf(said('ValidationError', "The VPC ID 'vpc-1' is not found"))).to.equal('not-found')
    expect(classOf(said('ValidationError', 'At least one subnet must be specified'))).to.equal('other')
    expect(classOf(said('InvalidSubnetException', 'VPC vpc-1 has no internet gateway'))).to.equal('not-found')
    expect(classOf(said('InvalidSubnetException', 'Not enough IP space available in subnet-1.'))).to.equal('other')
  })

  it('what is gone and what is held are told by a delete', () => {
    expect(isNotFound(answered('InvalidVpcID.NotFound'))).to.equal(true)
    expect(isNotFound(answered('DependencyViolation'))).to.equal(false)
    expect(isBlocked(answered('DependencyViolation'))).to.equal(true)
    // Only an answer says so: a file that is not there is no resource that is gone.
    expect(isNotFound(Object.assign(new Error('x'), {name: 'InvalidVpcID.NotFound'}))).to.equal(false)
  })
})
