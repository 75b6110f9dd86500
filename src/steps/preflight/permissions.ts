import {awsErrorCode, classOf} from '../../aws/errors.js'
import {KhwError} from '../../errors.js'
import type {Check, PreflightContext} from './check.js'
import {TRIALS, type Trial} from './trials.js'

type Verdict = 'allowed' | 'refused' | 'unclear'

/** Each EC2 call that changes something is tried with DryRun. */
export const permissions: Check = {
  name: 'permissions',
  signedIn: true,

  async run(context) {
    const verdicts = await Promise.all(TRIALS.map(async trial => ({trial, verdict: await verdictOn(trial, context)})))
    const of = (verdict: Verdict): string[] =>
      verdicts.filter(each => each.verdict === verdict).map(({trial}) => trial.operation)
    const refused = of('refused')
    if (refused.length > 0) {
      const {arn} = await context.facts.caller()
      throw new KhwError(
        'AWS_AUTH',
        `${arn} lacks ${refused.length === 1 ? 'a permission' : 'permissions'}: ${refused.map(name => `ec2:${name}`).join(', ')}.`,
        ['See all that is needed with: khw iam policy'],
      )
    }
    const unclear = of('unclear')
    const detail = `${verdicts.length - unclear.length} of ${verdicts.length} calls tried are allowed`
    if (unclear.length === 0) return {detail: `all ${verdicts.length} calls tried are allowed`}
    return {
      detail: `${detail}; EC2 does not say it of ${unclear.join(', ')}`,
      fix: 'Nothing, if the policy is that of: khw iam policy',
    }
  },
}

/** The operation is let through if EC2 says so, or if it goes on to complain of something else. */
async function verdictOn(trial: Trial, {clients: {ec2}, spec, signal}: PreflightContext): Promise<Verdict> {
  try {
    await trial.call(ec2, spec, {abortSignal: signal})
    return 'unclear'
  } catch (error) {
    const code = awsErrorCode(error)
    if (code === undefined) throw error
    if (code === 'DryRunOperation') return 'allowed'
    if (code === 'UnauthorizedOperation') return trial.certain ? 'refused' : 'unclear'
    const kind = classOf(error)
    if (kind === 'auth') throw error
    return kind === 'throttle' || kind === 'ambiguous' ? 'unclear' : 'allowed'
  }
}
