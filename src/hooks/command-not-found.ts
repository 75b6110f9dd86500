import type {Hook} from '@oclif/core'

/** `khw crate`: told as every other failure is, with what was probably meant. */
const commandNotFound: Hook.CommandNotFound = async function ({id, config}) {
  const {errorReport} = await import('../ui/error-report.js')
  const {unknownCommand} = await import('../ui/unknown-command.js')
  const {styleFor} = await import('../ui/style.js')
  const failure = unknownCommand(id.replaceAll(':', ' '), config.commandIDs)
  process.stderr.write(errorReport(failure, styleFor(process.stderr), process.stderr.columns || 80))
  this.exit(2)
}

export default commandNotFound
