import {KhwError} from '../../errors.js'
import {refuseOtherAccount} from '../session/account.js'
import type {Check} from './check.js'

/** Who am I: the account that pays, and the name under which. */
export const identity: Check = {
  name: 'identity',
  onResume: true,

  async run({facts, access, resumed}) {
    const {account, arn} = await facts.caller().catch((error: unknown) => {
      throw resumed ? error : orWithoutAws(error)
    })
    if (resumed) refuseOtherAccount(resumed, account)
    return {detail: `account ${account}, ${arn}, region ${access.region}`}
  },
}

/** Who has no credentials at all may only want to have a look; what is on AWS already is not to be had elsewhere. */
function orWithoutAws(error: unknown): unknown {
  if (!(error instanceof KhwError && error.cause instanceof Error && error.cause.name === 'CredentialsProviderError'))
    return error
  const {code, message, suggestions, cause, oclif} = error
  return new KhwError(code, message, [...suggestions, 'Or try it without AWS: --provider local'], {cause, ...oclif})
}
