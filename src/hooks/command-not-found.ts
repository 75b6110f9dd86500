import type {Hook} from '@oclif/core'

/** `khw crate`: told as every other failure is, with what was probably meant. */
const commandNotFound: Hook.CommandNotFound = async function ({id, config}) {
  const {errorReport} = await import('../ui/error-report.js')
  const {nearest} = await import('../nearest.js')
  const {styleFor} = await import('../ui/style.js')
  const typed = id.replaceAll(':', ' ')
  const known = config.commandIDs.map(each => each.replaceAll(':', ' '))
  const meant = nearest(typed, known)
  const failure = {
    code: 'USAGE',
    message: `There is no command "${typed}".`,
    suggestions: [...(meant === undefined ? [] : [`khw ${meant}`]), 'khw --help'],
  }
  process.stderr.write(errorReport(failure, styleFor(process.stderr), process.stderr.columns || 80))
  this.exit(2)
}

export default commandNotFound
