import {KhwCommand} from '../../ui/khw-command.js'
import type {RegionStatus} from '../../local/daemon/status.js'

export default class LocalStatus extends KhwCommand {
  static override summary = 'Show whether the local region runs, its machines, and what this machine lacks for it.'
  static override description = 'Looks and changes nothing. Exits with 1 if something is missing on this machine.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override enableJsonFlag = true

  async run(): Promise<RegionStatus> {
    await this.parse(LocalStatus)
    const {regionStatus} = await import('../../local/daemon/status.js')
    const {statusText} = await import('../../local/daemon/status-text.js')
    const status = await regionStatus(await this.home())
    this.log(statusText(status))
    if (status.problems.length > 0) this.failQuietly()
    return status
  }
}
