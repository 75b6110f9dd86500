import type {Region} from '../region.js'

/** What every request says about itself (IAM User Guide, "AWS global condition context keys"). */
export function callerContext({caller, store: {state}, now}: Region): Readonly<Record<string, string>> {
  const at = now()
  return {
    'aws:PrincipalArn': caller.principalArn,
    'aws:PrincipalAccount': state.accountId,
    'aws:PrincipalType': caller.kind === 'user' ? 'User' : caller.kind === 'root' ? 'Account' : 'AssumedRole',
    'aws:userid': caller.userId,
    ...(caller.kind === 'user' ? {'aws:username': caller.name} : {}),
    'aws:RequestedRegion': state.region,
    'ec2:Region': state.region,
    'aws:CurrentTime': at.toISOString(),
    'aws:EpochTime': String(Math.floor(at.getTime() / 1000)),
    // The region listens on loopback, and there without TLS.
    'aws:SecureTransport': 'false',
    'aws:SourceIp': '127.0.0.1',
  }
}
