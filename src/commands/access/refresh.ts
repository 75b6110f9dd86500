import {Args, Flags} from '@oclif/core'
import {KhwError} from '../../errors.js'
import type {AccessReport, RefreshOptions} from '../../steps/operator-access.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Refresh extends AwsCommand {
  static override summary = 'Let your present address reach a cluster, and the former one no more'
  static override description =
    'For when your address has changed: opens SSH and the API to the new one, writes that down, and closes the old one. ' +
    'Repeat it if it was interrupted. Rules that others have made are left alone. Without NAME: the only cluster.'
  static override examples = [
    '<%= config.bin %> access refresh',
    '<%= config.bin %> access refresh lab --allow-cidr 203.0.113.0/24,198.51.100.7',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    'allow-cidr': Flags.string({
      description:
        'who may reach SSH and the API, one or several ranges; your own address by default, unless ranges were given before',
      helpValue: 'CIDR,',
      multiple: true,
      delimiter: ',',
    }),
    'allow-world': Flags.boolean({description: 'yes, --allow-cidr may be open to the world'}),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<AccessReport> {
    const {args, flags} = await this.parse(Refresh)
    const {parseOperatorRanges} = await import('../../cluster/operator-ranges.js')
    const {defined} = await import('../../ui/defined.js')
    const options = defined<Partial<RefreshOptions>>({
      name: args.name,
      ranges: flags['allow-cidr'] && parseOperatorRanges(flags['allow-cidr'], flags['allow-world']),
      forceUnlock: flags['force-unlock'],
    })
    const home = await this.home()
    const {refreshAccess} = await import('../../steps/operator-access.js')
    const {watchedRun} = await import('../../ui/watched-run.js')
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. The old rules may still be there beside the new ones.',
      [await this.typed()],
      {exit: 130},
    )
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (_, signal) =>
      refreshAccess({home, ...options, signal}),
    )
    const {accessReport} = await import('../../ui/access-report.js')
    this.log(accessReport(report, await this.style()))
    return report
  }
}
