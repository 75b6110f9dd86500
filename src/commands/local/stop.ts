import {KhwCommand} from '../../ui/khw-command.js'

/** Output contract of `khw local stop --json`. */
interface StopReport {
  readonly stopped: boolean
  /** Ids of the machines that go on running. */
  readonly machines: readonly string[]
}

export default class LocalStop extends KhwCommand {
  static override summary = "Stop the local region's daemon; its machines go on running."
  static override description =
    'The next command that needs the region starts the daemon again, which takes over the machines that run. ' +
    'To remove machines, destroy their clusters (khw destroy NAME), or everything at once: khw local reset.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override enableJsonFlag = true

  async run(): Promise<StopReport> {
    await this.parse(LocalStop)
    const home = await this.home()
    const {stopRegion} = await import('../../local/daemon/client.js')
    const {runningMachines} = await import('../../local/daemon/status.js')
    const {listClusters} = await import('../../steps/clusters/list-clusters.js')
    const {stopText} = await import('../../ui/stop-report.js')
    const stopped = await stopRegion(home)
    const machines = await runningMachines(home)
    const clusters = listClusters(home).flatMap(({name, provider}) => (provider === 'local' ? [name] : []))
    const columns = process.stdout.columns || 80
    this.log(stopText({stopped, machines: machines.length, clusters}, {style: await this.style(), columns}))
    return {stopped, machines}
  }
}
