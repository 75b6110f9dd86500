import type {AwsClients} from './clients.js'
import {required} from './required.js'

/** Who signs the calls, and what the answer told besides. */
export interface Caller {
  readonly account: string
  /** `arn:aws:iam::123456789012:user/jo`, `arn:aws:sts::123456789012:assumed-role/ops/jo`. */
  readonly arn: string
  /** Until when the credentials are good (milliseconds since 1970); undefined for those that do not end, or do not say so. */
  readonly expiresAt: number | undefined
  /** Whether they were put into the environment: then nobody renews them. */
  readonly fromEnvironment: boolean
  /** What the answering service's clock said, and what this machine's did then; milliseconds since 1970. */
  readonly clocks: {readonly theirs: number; readonly ours: number} | undefined
}

/** STS GetCallerIdentity, which needs no permission. Throws what the SDK throws. */
export async function callerOf({sts}: AwsClients, signal?: AbortSignal): Promise<Caller> {
  let clocks: Caller['clocks']
  sts.middlewareStack.add(
    next => async args => {
      const sentAt = Date.now()
      const result = await next(args)
      const theirs = Date.parse(headersOf(result.response)['date'] ?? '')
      // The header has whole seconds.
      if (!Number.isNaN(theirs)) clocks = {theirs: theirs + 500, ours: (sentAt + Date.now()) / 2}
      return result
    },
    {step: 'deserialize', priority: 'low', name: 'khwAnswerDate', override: true},
  )
  const identity = await sts.getCallerIdentity({}, signal && {abortSignal: signal})
  const {expiration, accessKeyId} = await sts.config.credentials()
  return {
    account: required(identity.Account, 'Account'),
    arn: required(identity.Arn, 'Arn'),
    expiresAt: expiration?.getTime(),
    fromEnvironment: process.env['AWS_ACCESS_KEY_ID'] === accessKeyId,
    clocks,
  }
}

function headersOf(response: unknown): Readonly<Record<string, string>> {
  const headers =
    typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined
  return (headers ?? {}) as Readonly<Record<string, string>>
}
