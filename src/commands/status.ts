import {Args} from '@oclif/core'
import type {ClusterReport} from '../cluster/report.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Status extends AwsCommand {
  static override summary = 'Show how a cluster is'
  static override description =
    'Asks the provider about the machines and the cluster about itself; changes nothing. ' +
    'Exits with 1 unless the cluster is ready. Without NAME: the only cluster.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status lab --json']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }

  async run(): Promise<ClusterReport> {
    const {args} = await this.parse(Status)
    const {clusterStatus} = await import('../steps/cluster-status.js')
    const {signal} = new AbortController()
    const name = args.name === undefined ? {} : {name: args.name}
    const report = await clusterStatus({home: await this.home(), ...name, signal})
    const {statusReport} = await import('../ui/status-report.js')
    const columns = process.stdout.columns || 80
    this.log(statusReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (!report.ready) this.failQuietly()
    return report
  }
}
