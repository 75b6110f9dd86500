import {refuseOtherAccount} from '../session/account.js'
import type {Check} from './check.js'

/** Who am I: the account that pays, and the name under which. */
export const identity: Check = {
  name: 'identity',
  onResume: true,

  async run({facts, access, resumed}) {
    const {account, arn} = await facts.caller()
    if (resumed) refuseOtherAccount(resumed, account)
    return {detail: `account ${account}, ${arn}, region ${access.region}`}
  },
}
