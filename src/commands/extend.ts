import {Args, Flags} from '@oclif/core'
import {KhwError} from '../errors.js'
import type {ExtendOptions, ExtendReport} from '../steps/extend-cluster.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Extend extends AwsCommand {
  static override summary = 'Give a cluster more time before it ends itself'
  static override description =
    'TIME is 90m, 4h, 2d or never; it is added to what is left, or begins now if nothing is left. The machines are told ' +
    'first, then the tags by which khw sweep goes. What was interrupted is finished by the same command, and no time is ' +
    'added twice. Without TIME: tells those that could not be reached before. Without NAME: the only cluster. Exits with ' +
    '1 if a machine that runs could not be told: it ends when it was to end.'
  static override usage = 'extend [NAME] [TIME] [--from-now] [--json]'
  static override examples = [
    '<%= config.bin %> extend lab 4h',
    '<%= config.bin %> extend lab never',
    {
      description: 'To end in an hour, however much time is left',
      command: '<%= config.bin %> extend lab 1h --from-now',
    },
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
    time: Args.string({description: 'how much more time, such as 4h, or never', ignoreStdin: true}),
  }
  static override flags = {
    'from-now': Flags.boolean({description: 'count TIME from now, even if more is left'}),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<ExtendReport> {
    const {args, flags} = await this.parse(Extend)
    const {extension} = await import('../ui/extension.js')
    const {name, by} = extension(args.name, args.time)
    const {defined} = await import('../ui/defined.js')
    const optional = defined<Pick<Partial<ExtendOptions>, 'name' | 'forceUnlock'>>({
      name,
      forceUnlock: flags['force-unlock'],
    })
    const {extendCluster} = await import('../steps/extend-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const home = await this.home()
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Some of its machines may have the new time and some not.',
      [await this.typed()],
      {exit: 130},
    )
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      extendCluster({
        home,
        ...optional,
        by,
        fromNow: flags['from-now'],
        onNotice: text => {
          progress.onNotice(text)
        },
        signal,
      }),
    )
    const {extendReport} = await import('../ui/extend-report.js')
    const columns = process.stdout.columns || 80
    this.log(extendReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (report.machines.some(machine => machine.running && !machine.told)) this.failQuietly()
    return report
  }
}
