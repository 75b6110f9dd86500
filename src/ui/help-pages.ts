import {CommandHelp, Help, type Command} from '@oclif/core'

/** What every command has comes last. */
const LAST = ['AWS', 'GLOBAL']

class CommandPage extends CommandHelp {
  /** In the order in which they are declared, as are the flags in them. */
  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    // oclif moves the first one to the left where it has no letter and others have.
    const {flagGroups, mainFlags} = super.groupFlags([
      ...flags.filter(({char}) => char !== undefined),
      ...flags.filter(({char}) => char === undefined),
    ])
    const rank = ([group]: [string, unknown]): number => LAST.indexOf(group)
    const groups = Object.entries(flagGroups).sort((a, b) => rank(a) - rank(b))
    return {flagGroups: Object.fromEntries(groups), mainFlags}
  }
}

/** Help as oclif prints it, with flags in the order of their worth. */
export default class HelpPages extends Help {
  protected override CommandHelpClass = CommandPage
}
