import type {Region} from '../region.js'

/** What every request says about itself (IAM User Guide, "AWS global condition context keys"). */
export function callerContext({caller, store: {state}, now}: Region): Readonly<Record<string, string | undefined>> {
  const at = now()
  return {
    'aws:PrincipalArn': caller.principalArn,
    'aws:PrincipalAccount': state.accountId,
    'aws:PrincipalType': caller.kind === 'user' ? 'User' : caller.kind === 'root' ? 'Account' : 'AssumedRole',
    'aws:userid': caller.userId,
    // Known to have no value for others: it is not that this region has no notion of it.
    'aws:username': caller.kind === 'user' ? caller.name : undefined,
    'aws:RequestedRegion': state.region,
    'ec2:Region': state.region,
    'aws:CurrentTime': at.toISOString(),
    'aws:EpochTime': String(Math.floor(at.getTime() / 1000)),
    // The region listens on loopback, and there without TLS.
    'aws:SecureTransport': 'false',
    'aws:SourceIp': '127.0.0.1',
  }
}
