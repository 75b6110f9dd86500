import type {IamChange} from '../steps/iam/change.js'
import type {Account} from '../steps/iam/operator-policy.js'
import {carryOut} from '../steps/iam/session.js'
import {createPrompts, cancelledError} from './prompts.js'
import {usageError} from './usage-error.js'

export interface IamQuestion {
  readonly account: Account
  readonly changes: readonly IamChange[]
  /** `--yes` was given. */
  readonly yes: boolean
  /** Somebody sits there and can be asked. */
  readonly interactive: boolean
  /** The command as it was given. */
  readonly typed: string
  readonly output: NodeJS.WritableStream
}

/** Shows as whom which changes are going to be made, asks, and makes them. Throws INTERRUPTED if the answer is no. */
export async function makeChanges(question: IamQuestion): Promise<void> {
  await confirm(question)
  await carryOut(question.changes, ({what}) => {
    question.output.write(`Done: ${what}\n`)
  })
}

async function confirm({account, changes, yes, interactive, typed, output}: IamQuestion): Promise<void> {
  output.write(`As ${account.callerArn}, in account ${account.accountId}, khw is going to\n`)
  for (const {what} of changes) output.write(`  - ${what}\n`)
  if (yes) return
  if (!interactive) throw usageError('This needs a confirmation, and khw cannot ask here.', [`${typed} --yes`])
  const nothing = 'nothing was changed'
  if (!(await createPrompts(output, nothing).confirm('Go on?', false))) throw cancelledError(nothing)
}
