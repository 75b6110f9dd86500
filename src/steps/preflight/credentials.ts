import {loginSuggestions} from '../../aws/login.js'
import {KhwError} from '../../errors.js'
import {estimatedSeconds} from '../estimate.js'
import type {Check} from './check.js'

/**
 * For how long the credentials are good, against what a create takes. Of those that the SDK fetches for itself (SSO, an
 * assumed role, the machine's) it fetches new ones while it may; those that were put into the environment just end.
 */
export const credentials: Check = {
  name: 'credentials',
  onResume: true,
  signedIn: true,

  async run({facts, spec, clock}) {
    const {expiresAt, fromEnvironment} = await facts.caller()
    if (expiresAt === undefined) return {detail: 'they do not end'}
    const left = Math.floor((expiresAt - clock.now()) / 60_000)
    const needed = Math.ceil(estimatedSeconds(spec) / 60)
    const detail = `they end in ${left} min`
    if (left >= needed) return {detail}
    const [first, ...more] = loginSuggestions()
    if (!fromEnvironment)
      return {detail: `${detail}, and are renewed while the login lasts`, fix: [first, ...more].join('\n')}
    throw new KhwError(
      'AWS_AUTH',
      `The credentials in the environment end in ${left} min, and a create takes up to ${needed} min.`,
      [first, ...more],
    )
  },
}
