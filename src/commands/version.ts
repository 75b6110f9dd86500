import {KhwCommand} from '../ui/khw-command.js'

export default class Version extends KhwCommand {
  static override summary = 'Print the version of khw'
  static override description = 'As khw --version.'
  /** As --version is no command either. */
  static override hidden = true

  async run(): Promise<void> {
    await this.parse(Version)
    this.log(this.config.userAgent)
  }
}
