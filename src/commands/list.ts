import type {ClusterSummary} from '../cluster/report.js'
import {KhwCommand} from '../ui/khw-command.js'

export default class List extends KhwCommand {
  static override summary = 'List the clusters'
  static override description = 'Lists the clusters that are recorded here, finished or not. Needs no network.'
  static override examples = ['<%= config.bin %> list', '<%= config.bin %> list --json']
  static override enableJsonFlag = true

  async run(): Promise<readonly ClusterSummary[]> {
    await this.parse(List)
    const {listClusters, unreadableClusters} = await import('../steps/clusters/list-clusters.js')
    const {listReport} = await import('../ui/list-report.js')
    const home = await this.home()
    const clusters = listClusters(home)
    const unreadable = unreadableClusters(home)
    const options = {style: await this.style(), columns: process.stdout.columns || 80, now: Date.now()}
    if (clusters.length > 0 || unreadable.length === 0) this.log(listReport(clusters, options))
    for (const name of unreadable)
      process.stderr.write(`The journal of "${name}" cannot be read; khw status ${name} says why.\n`)
    return clusters
  }
}
