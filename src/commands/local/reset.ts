import {Flags} from '@oclif/core'
import {KhwCommand} from '../../ui/khw-command.js'
import type {ResetReport} from '../../local/daemon/reset.js'

export default class LocalReset extends KhwCommand {
  static override summary =
    'Remove the local region with all its machines and networks, and prove that nothing is left.'
  static override description =
    'Works whatever state the region is in. Machine images and downloads stay in the cache. Clusters in the region are ' +
    'lost; forget them with khw destroy NAME. Exits with 1 and lists what is left if something could not be removed.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes --json']
  static override enableJsonFlag = true
  static override flags = {
    yes: Flags.boolean({char: 'y', summary: 'Do not ask.'}),
  }

  async run(): Promise<ResetReport> {
    const {flags} = await this.parse(LocalReset)
    if (!flags.yes) await this.#ask()
    const {resetRegion} = await import('../../local/daemon/reset.js')
    const report = await resetRegion(await this.home(), text => {
      process.stderr.write(`${text}\n`)
    })
    const {removed, remaining} = report
    if (remaining.length === 0)
      this.log(
        removed.length === 0 ? 'There was no local region.' : `Removed ${removed.length} things; nothing is left.`,
      )
    else this.log(['Still there:', ...remaining.map(({type, id}) => `  ${type} ${id}`)].join('\n'))
    if (remaining.length > 0) this.failQuietly()
    return report
  }

  async #ask(): Promise<void> {
    if (!this.interactive) {
      const {usageError} = await import('../../ui/usage-error.js')
      throw usageError('A reset removes every machine of the local region, and nobody is here to be asked.', [
        'Say that you mean it: khw local reset --yes',
      ])
    }
    const {cancelledError, createPrompts} = await import('../../ui/prompts.js')
    const prompts = createPrompts(process.stderr, 'nothing was removed')
    if (!(await prompts.confirm('Remove the local region with all its machines and networks?', false)))
      throw cancelledError('nothing was removed')
  }
}
