import {Args, Flags} from '@oclif/core'
import type {Home} from '../cluster/home.js'
import type {DestroyReport} from '../cluster/report.js'
import {KhwError} from '../errors.js'
import {KhwCommand} from '../ui/khw-command.js'

export default class Destroy extends KhwCommand {
  static override summary = 'Take a cluster down and leave nothing behind'
  static override description =
    'Removes everything that carries the tag of the cluster, and ends with a receipt. Repeat it if it was interrupted. Without NAME: the only cluster.'
  static override examples = ['<%= config.bin %> destroy', '<%= config.bin %> destroy lab --yes']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<DestroyReport> {
    const {args, flags} = await this.parse(Destroy)
    const home = await this.home()
    const {chooseCluster} = await import('../cluster/store.js')
    const {name} = chooseCluster(home, args.name)
    if (!flags.yes) await this.#confirm(name)
    const report = await this.#destroy(name, home, flags['force-unlock'])
    const {destroyReport} = await import('../ui/destroy-report.js')
    const columns = process.stdout.columns || 80
    this.log(destroyReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (report.remaining.length > 0) this.failQuietly()
    return report
  }

  async #confirm(name: string): Promise<void> {
    if (!this.interactive) {
      const {usageError} = await import('../ui/usage-error.js')
      throw usageError(`Destroying "${name}" needs a confirmation, and khw cannot ask here.`, [
        `khw destroy ${name} --yes`,
      ])
    }
    const {cancelledError, createPrompts} = await import('../ui/prompts.js')
    const style = await this.style(process.stderr)
    process.stderr.write(`This removes ${style.bold(name)} and everything on it, for good.\n`)
    const prompts = createPrompts(process.stderr, 'nothing was destroyed')
    const typed = await prompts.typed(`Type ${name} to confirm:`)
    if (typed !== name) throw cancelledError('nothing was destroyed')
    process.stderr.write('\n')
  }

  async #destroy(name: string, home: Home, forceUnlock: string | undefined): Promise<DestroyReport> {
    const {destroyCluster} = await import('../steps/destroy-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const interrupted = new KhwError(
      'INTERRUPTED',
      `Interrupted. Part of "${name}" may still be there.`,
      [`khw destroy ${name}`],
      {exit: 130},
    )
    return watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      destroyCluster({
        home,
        name,
        ...(forceUnlock !== undefined && {forceUnlock}),
        onEvent: progress.onEvent,
        signal,
      }),
    )
  }
}
