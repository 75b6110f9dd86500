import {KhwError} from '../../errors.js'
import type {Check} from './check.js'

const MINUTE = 60_000
/** AWS takes signatures that are off by five minutes at most (EC2 API Reference, RequestExpired). */
const MOST = 5 * MINUTE
const FIX = 'Set the clock of this machine, for example: sudo timedatectl set-ntp true'

/** This machine's clock against that of AWS: signatures are refused, and certificates are not valid yet, by its time. */
export const clockSkew: Check = {
  name: 'clock',
  onResume: true,
  signedIn: true,

  async run({facts}) {
    const {clocks} = await facts.caller()
    if (clocks === undefined) return {detail: 'not compared: the answer had no date'}
    const skew = clocks.ours - clocks.theirs
    const off = `${Math.round(Math.abs(skew) / 1000)} s ${skew < 0 ? 'behind' : 'ahead of'} AWS`
    if (Math.abs(skew) <= MINUTE) return {detail: Math.abs(skew) < 2_000 ? 'right to the second or two' : off}
    const detail = `This machine's clock is ${off}.`
    if (Math.abs(skew) > MOST) throw new KhwError('CHECK_FAILED', detail, [FIX])
    return {detail, fix: FIX}
  },
}
