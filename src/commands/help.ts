import Pages from '../ui/help-pages.js'
import {KhwCommand} from '../ui/khw-command.js'

export default class Help extends KhwCommand {
  static override summary = 'Explain khw, or one of its commands'
  static override description = 'As --help behind the command.'
  static override usage = 'help [COMMAND]'
  static override examples = ['<%= config.bin %> help create', '<%= config.bin %> help certs renew']
  /** As --help is no command either. */
  static override hidden = true
  static override strict = false

  async run(): Promise<void> {
    const {argv} = await this.parse(Help)
    const words = argv.map(String)
    const {commandIDs, topics} = this.config
    const id = words.join(':')
    if (words.length > 0 && !commandIDs.includes(id) && !topics.some(({name}) => name === id)) {
      const {unknownCommand} = await import('../ui/unknown-command.js')
      const {usageError} = await import('../ui/usage-error.js')
      const {message, suggestions} = unknownCommand(words.join(' '), commandIDs)
      throw usageError(message, suggestions)
    }
    await new Pages(this.config, this.config.pjson.oclif.helpOptions).showHelp(words)
  }
}
