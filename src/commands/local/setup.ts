import {Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'

export default class LocalSetup extends KhwCommand {
  static override summary = 'Make this machine ready for the local region.'
  static override description =
    'Installs the few packages it needs with apt-get (Debian and Ubuntu), raises a kernel limit, and makes the Debian 12 ' +
    'machine image in the cache directory. Says what it is going to do and asks first. Needs root. ' +
    'Running it again does only what is missing.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes']
  static override enableJsonFlag = true
  static override flags = {
    yes: Flags.boolean({char: 'y', summary: 'Do not ask.'}),
  }

  async run(): Promise<{image: string}> {
    const {flags} = await this.parse(LocalSetup)
    const {setUpHost} = await import('../../local/set-up.js')
    const {cancelledError, createPrompts} = await import('../../ui/prompts.js')
    const {interruptible} = await import('../../ui/signals.js')
    const tell = (text: string): void => {
      process.stderr.write(`${text}\n`)
    }
    const interruption = interruptible({
      reason: cancelledError('what was installed stays, the rest was undone'),
      onFirst: () => {
        tell('Stopping. Ctrl-C again stops at once.')
      },
      onSecond: () => undefined,
    })
    try {
      const image = await setUpHost(await this.home(), {
        assumeYes: flags.yes,
        ...(this.interactive && {
          confirm: (question: string) => createPrompts(process.stderr, 'nothing was changed').confirm(question, true),
        }),
        onProgress: tell,
        signal: interruption.signal,
      })
      this.log('This machine is ready. Next: khw create --provider local')
      return {image: image.directory}
    } finally {
      interruption.dispose()
    }
  }
}
