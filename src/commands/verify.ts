import {Args, Flags} from '@oclif/core'
import {KhwError} from '../errors.js'
import type {VerifyOptions} from '../steps/verify-cluster.js'
import type {VerifyReport} from '../steps/verify/verify-report.js'
import {AwsCommand} from '../ui/aws-command.js'

export default class Verify extends AwsCommand {
  static override summary = 'Check that a cluster works and is secure'
  static override description =
    'Looks from all sides at once and exits with 1 if anything failed: it is used as people use it (smoke), the CIS Kubernetes ' +
    'Benchmark is gone through by what runs on the nodes and lies on their disks (security), and certificates, time and ' +
    'disks are looked at. What is for a person to judge is a warning. The report is kept with the cluster. Without NAME: ' +
    'the only cluster.'
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify lab --only security --all',
    '<%= config.bin %> verify lab --json',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    only: Flags.string({
      description: 'the areas to look at: smoke, security, certificates, time, disks; all by default',
      helpValue: 'AREA,',
      multiple: true,
      delimiter: ',',
    }),
    all: Flags.boolean({description: 'list those that passed, too, and those that no program can judge'}),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<VerifyReport> {
    const {args, flags} = await this.parse(Verify)
    const {defined} = await import('../ui/defined.js')
    const {parseAreas} = await import('../steps/verify/verify-report.js')
    const options = defined<Partial<VerifyOptions>>({
      name: args.name,
      only: flags.only && parseAreas(flags.only),
      forceUnlock: flags['force-unlock'],
    })
    const home = await this.home()
    const {verifyCluster, verifyFile} = await import('../steps/verify-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted: nothing is said about the cluster.',
      [await this.typed()],
      {
        exit: 130,
      },
    )
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      verifyCluster({home, ...options, onEvent: progress.onEvent, signal}),
    )
    const {verifyReport} = await import('../ui/verify-report.js')
    const columns = process.stdout.columns || 80
    const file = verifyFile(home, report.name)
    this.log(verifyReport(report, {style: await this.style(), columns, all: flags.all, file}))
    if (!report.ok) this.failQuietly()
    return report
  }
}
