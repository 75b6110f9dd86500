import {Args, Flags} from '@oclif/core'
import type {ClusterReport} from '../../cluster/report.js'
import {KhwError} from '../../errors.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Renew extends AwsCommand {
  static override summary = 'Give a cluster new certificates, while it goes on working'
  static override description = `Issues every certificate anew, for the same keys, and an authority's where it would end before them. Controllers are served one after the other, then the workers; requests to the API go on being answered.

A cluster whose certificates have ended is repaired by it: all that it takes is SSH. What was interrupted is finished by the same command. Without NAME: the only cluster.`
  static override examples = [
    '<%= config.bin %> certs renew lab',
    {
      description: 'To see certificates end, and what that looks like',
      command: '<%= config.bin %> certs renew lab --lifetime 10m',
    },
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    lifetime: Flags.string({
      description:
        'how long the new certificates last, from 2m to 180d; else as long as the last ones, or 30d where those were to last less than 7d',
      helpValue: 'TIME',
    }),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<ClusterReport> {
    const {args, flags} = await this.parse(Renew)
    const {lifetimeOf} = await import('../../ui/duration-flag.js')
    const {defined} = await import('../../ui/defined.js')
    const optional = defined<{name: string; lifetime: number; forceUnlock: string}>({
      name: args.name,
      lifetime: flags.lifetime === undefined ? undefined : lifetimeOf(flags.lifetime),
      forceUnlock: flags['force-unlock'],
    })
    const {renewCertificates} = await import('../../steps/renew-certificates.js')
    const {watchedRun} = await import('../../ui/watched-run.js')
    const home = await this.home()
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Some nodes may have new certificates and some not; all are good until they end.',
      [await this.typed()],
      {exit: 130},
    )
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      renewCertificates({
        home,
        ...optional,
        onEvent: progress.onEvent,
        onNotice: text => {
          progress.onNotice(text)
        },
        signal,
      }),
    )
    const {renewReport} = await import('../../ui/renew-report.js')
    const columns = process.stdout.columns || 80
    this.log(renewReport(report, {style: await this.style(), columns, now: Date.now()}))
    if (!report.ready) this.failQuietly()
    return report
  }
}
