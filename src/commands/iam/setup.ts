import {Flags} from '@oclif/core'
import {AwsCommand} from '../../ui/aws-command.js'

interface SetUpReport {
  readonly policyArn: string
  /** `user eve` */
  readonly holder: string
  /** What was done; empty if everything was as it is to be. */
  readonly changes: readonly string[]
}

export default class IamSetup extends AwsCommand {
  static override summary = 'Give a user or a role the policy that khw needs'
  static override description =
    'Makes the policy of khw iam policy in the account and attaches it to the user or role who is to run khw; without ' +
    '--user and --role, to the user you are signed in as. Says what it is going to do and asks first. ' +
    'Running it again does only what is missing, such as a new version after an update of khw.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --user ci --region eu-central-1',
    '<%= config.bin %> <%= command.id %> --role operators --yes',
  ]
  static override enableJsonFlag = true
  static override flags = {
    user: Flags.string({exclusive: ['role'], description: 'who is to run khw'}),
    role: Flags.string({exclusive: ['user'], description: 'as which khw is to be run'}),
    region: Flags.string({multiple: true, description: 'only in this region; give it several times for more'}),
    'vpc-id': Flags.string({
      multiple: true,
      description: 'also for clusters in this VPC, which is not their own; give it several times for more',
    }),
    ssm: Flags.boolean({description: 'also for clusters made with --ssm, whose machines have a role'}),
    provider: Flags.option({options: ['local', 'aws'] as const, default: 'aws' as const, description: 'whose IAM'})(),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }

  async run(): Promise<SetUpReport> {
    const {flags} = await this.parse(IamSetup)
    const {setUpChanges} = await import('../../steps/iam/set-up.js')
    const {withIam} = await import('../../steps/iam/session.js')
    const {makeChanges} = await import('../../ui/iam-changes.js')
    const {signal} = new AbortController()
    return withIam({home: await this.home(), provider: flags.provider, signal}, async ({clients, account}) => {
      const request = {
        holder: holderOf(flags),
        regions: flags.region ?? [],
        vpcIds: flags['vpc-id'] ?? [],
        ssm: flags.ssm,
      }
      const {holder, changes} = await setUpChanges(clients, account, request)
      const who = `${holder.kind} ${holder.name}`
      if (changes.length === 0) this.log(`The ${who} has the policy already: there is nothing to do.`)
      else {
        const {yes} = flags
        const typed = await this.typed()
        await makeChanges({account, changes, yes, interactive: this.interactive, typed, output: process.stderr})
        this.log(`The ${who} may run khw now. Next, as that ${holder.kind}: khw create --provider ${flags.provider}`)
      }
      return {policyArn: account.policyArn, holder: who, changes: changes.map(({what}) => what)}
    })
  }
}

function holderOf(flags: {user: string | undefined; role: string | undefined}) {
  if (flags.user !== undefined) return {kind: 'user', name: flags.user} as const
  return flags.role === undefined ? undefined : ({kind: 'role', name: flags.role} as const)
}
