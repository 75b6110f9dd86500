import {Args} from '@oclif/core'
import type {AccessReport} from '../../steps/operator-access.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Show extends AwsCommand {
  static override summary = 'Show from where a cluster may be reached, and whether you are there'
  static override description =
    'Looks at its record, at its security groups and at your own address; changes nothing. ' +
    'Exits with 1 unless you may reach it. Without NAME: the only cluster.'
  static override examples = ['<%= config.bin %> access show', '<%= config.bin %> access show lab --json']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }

  async run(): Promise<AccessReport> {
    const {args} = await this.parse(Show)
    const {showAccess} = await import('../../steps/operator-access.js')
    const name = args.name === undefined ? {} : {name: args.name}
    const report = await showAccess({home: await this.home(), ...name, signal: new AbortController().signal})
    const {accessReport} = await import('../../ui/access-report.js')
    this.log(accessReport(report, await this.style()))
    if (!report.ok) this.failQuietly()
    return report
  }
}
