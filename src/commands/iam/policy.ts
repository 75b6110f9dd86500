import {Flags} from '@oclif/core'
import type {PolicyDocument} from '../../aws/permissions/policy-document.js'
import {KhwCommand} from '../../ui/khw-command.js'

export default class IamPolicy extends KhwCommand {
  static override summary = 'Print the policy that who runs khw on AWS needs, and no more than that.'
  static override description =
    'A policy document as JSON, for IAM. It lets khw make only what carries its tag khw:managed, and touch only what does; ' +
    'machines only with IMDSv2 and encrypted disks.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> > khw-policy.json',
    '<%= config.bin %> <%= command.id %> --region eu-central-1 --region eu-west-1',
  ]
  static override enableJsonFlag = true
  static override flags = {
    setup: Flags.boolean({
      exclusive: ['region', 'vpc-id', 'ssm'],
      description: 'the policy of who runs khw iam setup and khw iam remove, instead',
    }),
    region: Flags.string({multiple: true, description: 'only in this region; give it several times for more'}),
    'vpc-id': Flags.string({
      multiple: true,
      description: 'also for clusters in this VPC, which is not their own; give it several times for more',
    }),
    ssm: Flags.boolean({description: 'also for clusters made with --ssm, whose machines have a role'}),
  }

  async run(): Promise<PolicyDocument> {
    const {flags} = await this.parse(IamPolicy)
    const {operatorPolicy, setUpPolicy} = await import('../../aws/permissions/policy.js')
    const policy = flags.setup
      ? setUpPolicy()
      : operatorPolicy({regions: flags.region ?? [], vpcIds: flags['vpc-id'] ?? [], ssm: flags.ssm})
    this.log(JSON.stringify(policy, undefined, 2))
    return policy
  }
}
