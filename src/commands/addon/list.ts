import {Args} from '@oclif/core'
import type {AddonsReport} from '../../steps/cluster-addons.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class List extends AwsCommand {
  static override summary = 'Show which add-ons there are, and how they are in a cluster'
  static override description =
    'Asks the cluster for what each consists of; changes nothing. Of one that is not installed it says whether its image ' +
    'can be had. Without NAME: the only cluster, or while there is none, what a new one could have.'
  static override examples = ['<%= config.bin %> addon list', '<%= config.bin %> addon list lab --json']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }

  async run(): Promise<AddonsReport> {
    const {args} = await this.parse(List)
    const {listAddons} = await import('../../steps/cluster-addons.js')
    const name = args.name === undefined ? {} : {name: args.name}
    const report = await listAddons({home: await this.home(), ...name, signal: new AbortController().signal})
    const {addonsReport} = await import('../../ui/addons-report.js')
    this.log(addonsReport(report, {style: await this.style(), columns: process.stdout.columns || 80}))
    return report
  }
}
