import {Flags} from '@oclif/core'
import {AwsCommand} from '../../ui/aws-command.js'

interface RemoveReport {
  readonly policyArn: string
  /** What was done; empty if there was nothing. */
  readonly changes: readonly string[]
}

export default class IamRemove extends AwsCommand {
  static override summary = 'Take back the policy that khw iam setup has made'
  static override description =
    'Detaches it from whoever has it and deletes it with all its versions. Says what it is going to do and asks first. ' +
    'Destroy your clusters before: without the policy khw cannot.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes']
  static override enableJsonFlag = true
  static override flags = {
    provider: Flags.option({options: ['local', 'aws'] as const, default: 'aws' as const, description: 'whose IAM'})(),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }

  async run(): Promise<RemoveReport> {
    const {flags} = await this.parse(IamRemove)
    const {removalChanges} = await import('../../steps/iam/removal.js')
    const {withIam} = await import('../../steps/iam/session.js')
    const {makeChanges} = await import('../../ui/iam-changes.js')
    const {signal} = new AbortController()
    return withIam({home: await this.home(), provider: flags.provider, signal}, async ({clients, account}) => {
      const changes = await removalChanges(clients, account)
      if (changes.length === 0) this.log(`There is no policy of khw in account ${account.accountId}.`)
      else {
        const {yes} = flags
        const typed = await this.typed()
        await makeChanges({account, changes, yes, interactive: this.interactive, typed, output: process.stderr})
        this.log(`Nothing of khw is left in IAM of account ${account.accountId}.`)
      }
      return {policyArn: account.policyArn, changes: changes.map(({what}) => what)}
    })
  }
}
