import {KhwCommand} from '../../ui/khw-command.js'

export default class LocalStop extends KhwCommand {
  static override summary = "Stop the local region's daemon; its machines go on running."
  static override description =
    'The next command that needs the region starts the daemon again, which takes over the machines that run. ' +
    'To remove machines, destroy their clusters (khw destroy NAME), or everything at once: khw local reset.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override enableJsonFlag = true

  async run(): Promise<{stopped: boolean}> {
    await this.parse(LocalStop)
    const {stopRegion} = await import('../../local/daemon/client.js')
    const stopped = await stopRegion(await this.home())
    this.log(stopped ? 'Stopped the daemon of the local region.' : 'The local region does not run.')
    return {stopped}
  }
}
