import {Args, Flags} from '@oclif/core'
import type {DestroyReport, NothingDestroyed} from '../cluster/report.js'
import {KhwError} from '../errors.js'
import type {DestroyOptions} from '../steps/destroy-cluster.js'
import {regionFlags} from '../ui/region-flags.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Destroy extends AwsCommand {
  static override summary = 'Take a cluster down and leave nothing behind'
  static override description =
    'Removes everything that carries the tag of the cluster, and ends with a receipt: exits with 1 while anything is left. ' +
    'Repeat it if it was interrupted. Without NAME: the only cluster. That there is none (any more) is success. ' +
    'A cluster that is not recorded here (any more) is found by its tags in the region that is said.'
  static override examples = [
    '<%= config.bin %> destroy',
    '<%= config.bin %> destroy lab --yes',
    '<%= config.bin %> destroy lab --provider aws --region eu-central-1',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
    ...regionFlags,
    id: Flags.string({description: 'cluster id, where several clusters have the same name'}),
    'force-foreign': Flags.boolean({
      description: "remove what others have put into the cluster's VPC, too",
    }),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<DestroyReport | NothingDestroyed> {
    const {args, flags} = await this.parse(Destroy)
    const home = await this.home()
    const {chooseCluster, clusterNames} = await import('../cluster/store.js')
    const isUnnamed = args.name === undefined && flags.id === undefined
    if (isUnnamed && clusterNames(home).length === 0) return this.#nothing(flags)
    const name = args.name ?? (isUnnamed ? chooseCluster(home, undefined).name : undefined)
    if (!flags.yes) await this.#confirm(name ?? flags.id ?? '')
    const {defined} = await import('../ui/defined.js')
    const where = defined<Partial<DestroyOptions>>({
      name,
      provider: flags.provider,
      region: flags.region,
      clusterId: flags.id,
      forceForeign: flags['force-foreign'],
      forceUnlock: flags['force-unlock'],
    })
    const report = await this.#destroy(name ?? flags.id ?? '', {home, ...where})
    const {destroyReport} = await import('../ui/destroy-report.js')
    const columns = process.stdout.columns || 80
    this.log(destroyReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (report.remaining.length > 0) this.failQuietly()
    return report
  }

  /** That there is nothing (any more) is success, with a name and without one; there is nothing to confirm, either. */
  async #nothing({
    provider,
    region,
  }: {
    provider?: string | undefined
    region?: string | undefined
  }): Promise<NothingDestroyed> {
    if (provider !== undefined || region !== undefined) {
      const {usageError} = await import('../ui/usage-error.js')
      throw usageError('Which cluster? None is recorded here, and by its tags one is found by its name.', [
        `khw destroy NAME ${this.argv.join(' ')}`,
      ])
    }
    const {nothingToDestroy} = await import('../ui/destroy-report.js')
    this.log(nothingToDestroy(await this.style()))
    return {name: null, removed: [], remaining: [], seconds: 0}
  }

  async #confirm(name: string): Promise<void> {
    if (!this.interactive) {
      const {usageError} = await import('../ui/usage-error.js')
      throw usageError(`Destroying "${name}" needs a confirmation, and khw cannot ask here.`, [
        `${await this.typed()} --yes`,
      ])
    }
    const {checkTyped, createPrompts} = await import('../ui/prompts.js')
    const style = await this.style(process.stderr)
    process.stderr.write(`This removes ${style.bold(name)} and everything on it, for good.\n`)
    const cancelled = 'nothing was destroyed'
    const prompts = createPrompts(process.stderr, cancelled)
    checkTyped(await prompts.typed(`Type ${name} to confirm:`), name, cancelled)
    process.stderr.write('\n')
  }

  async #destroy(
    name: string,
    options: Omit<DestroyOptions, 'onEvent' | 'onNotice' | 'signal'>,
  ): Promise<DestroyReport> {
    const {destroyCluster} = await import('../steps/destroy-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const interrupted = new KhwError(
      'INTERRUPTED',
      `Interrupted. Part of "${name}" may still be there.`,
      [await this.typed()],
      {exit: 130},
    )
    return watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      destroyCluster({
        ...options,
        onEvent: progress.onEvent,
        onNotice: text => {
          progress.onNotice(text)
        },
        signal,
      }),
    )
  }
}
