import {Flags} from '@oclif/core'
import {KhwError} from '../errors.js'
import type {SweepReport} from '../steps/sweep-clusters.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Sweep extends AwsCommand {
  static override summary = 'Find and remove clusters that have outlived their expiry'
  static override description =
    'Looks through the regions for clusters by their tags, whoever made them and whatever is recorded here, ' +
    'and takes down those whose expiry (khw create --ttl) is past. Exits with 1 while anything of them is left.'
  static override examples = [
    '<%= config.bin %> sweep --expired --provider aws --region eu-central-1 --region us-west-2',
    '<%= config.bin %> sweep --expired --provider local --yes',
  ]
  static override enableJsonFlag = true
  static override flags = {
    expired: Flags.boolean({required: true, description: 'what is swept: clusters whose expiry is past'}),
    provider: Flags.option({options: ['local', 'aws'] as const, required: true, description: 'where to look'})(),
    region: Flags.string({multiple: true, description: 'AWS region to look in; give it several times for more'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }

  async run(): Promise<SweepReport> {
    const {flags} = await this.parse(Sweep)
    const home = await this.home()
    const {findExpired, sweepClusters} = await import('../steps/sweep-clusters.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const {foundReport, sweepReport} = await import('../ui/sweep-report.js')
    const {signal} = new AbortController()
    const found = await findExpired({home, provider: flags.provider, regions: flags.region ?? [], signal})
    if (found.expired.length > 0 && !flags.yes) await this.#confirm(foundReport(found))
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Part of what has expired may still be there.',
      ['Run the same command again.'],
      {exit: 130},
    )
    const report = await watchedRun(
      {stderr: process.stderr, stdout: process.stdout, interrupted},
      (progress, aborted) => sweepClusters(found, {home, onEvent: progress.onEvent, signal: aborted}),
    )
    const columns = process.stdout.columns || 80
    this.log(sweepReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (report.clusters.some(({remaining, error}) => remaining.length > 0 || error !== null)) this.failQuietly()
    return report
  }

  async #confirm(found: string): Promise<void> {
    process.stderr.write(`${found}\n`)
    if (!this.interactive) {
      const {usageError} = await import('../ui/usage-error.js')
      throw usageError('Removing them needs a confirmation, and khw cannot ask here.', [`${await this.typed()} --yes`])
    }
    const {cancelledError, createPrompts} = await import('../ui/prompts.js')
    const prompts = createPrompts(process.stderr, 'nothing was removed')
    if (!(await prompts.confirm('Remove them, for good?', false))) throw cancelledError('nothing was removed')
  }
}
