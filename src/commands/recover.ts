import {Args, Flags} from '@oclif/core'
import {KhwError} from '../errors.js'
import type {RecoverOptions, RecoverReport} from '../steps/recover-cluster.js'
import {AwsCommand} from '../ui/aws-command.js'
import {regionFlags} from '../ui/region-flags.js'

export default class Recover extends AwsCommand {
  static override summary = 'Write the lost journal of a cluster anew'
  static override description =
    'From the copy of its header, else from the tags on its VPC. The next create adopts what is there. ' +
    'Keys that are lost cannot be had again: such a cluster can only be destroyed.'
  static override examples = [
    '<%= config.bin %> recover lab',
    '<%= config.bin %> recover lab --provider aws --region eu-central-1',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', required: true, ignoreStdin: true}),
  }
  static override flags = {
    ...regionFlags,
    id: Flags.string({description: 'cluster id, where several clusters have the same name'}),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<RecoverReport> {
    const {args, flags} = await this.parse(Recover)
    const home = await this.home()
    const {recoverCluster} = await import('../steps/recover-cluster.js')
    const {watchedRun} = await import('../ui/watched-run.js')
    const {defined} = await import('../ui/defined.js')
    const where = defined<Partial<RecoverOptions>>({
      provider: flags.provider,
      region: flags.region,
      clusterId: flags.id,
      forceUnlock: flags['force-unlock'],
    })
    const interrupted = new KhwError('INTERRUPTED', 'Interrupted. Nothing was changed.', [await this.typed()], {
      exit: 130,
    })
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      recoverCluster({
        home,
        name: args.name,
        ...where,
        onNotice: text => {
          progress.onNotice(text)
        },
        onArtifactProgress: artifact => {
          progress.onArtifactProgress(artifact)
        },
        signal,
      }),
    )
    const {recoverReport} = await import('../ui/recover-report.js')
    this.log(recoverReport(report, await this.style()))
    return report
  }
}
