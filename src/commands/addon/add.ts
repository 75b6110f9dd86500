import {Args, Flags} from '@oclif/core'
import {KhwError} from '../../errors.js'
import type {AddonChange} from '../../steps/cluster-addons.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Add extends AwsCommand {
  static override summary = 'Install an add-on, or put right one that is installed'
  static override description =
    'Applies what it consists of, as this khw renders it for the release, and waits until it runs. Repeat it to go on with ' +
    'what was interrupted, or after somebody has changed what is installed. Without NAME: the only cluster.'
  static override usage = 'addon add [NAME] ADDON [--image IMAGE] [--json]'
  static override examples = [
    '<%= config.bin %> addon add lab metrics-server',
    '<%= config.bin %> addon add lab metrics-server --image registry.example/metrics-server:v0.8.1',
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
    addon: Args.string({description: 'name of the add-on, as khw addon list has it', ignoreStdin: true}),
  }
  static override flags = {
    image: Flags.string({
      description:
        'image to run it from, which the nodes must be able to pull; by default the one it was given last, else the one that goes with the release',
      helpValue: 'IMAGE',
    }),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<AddonChange> {
    const {args, flags} = await this.parse(Add)
    const {addonArgs} = await import('../../ui/addon-args.js')
    const asked = addonArgs(args.name, args.addon, flags.image)
    const {addAddon} = await import('../../steps/cluster-addons.js')
    const {watchedRun} = await import('../../ui/watched-run.js')
    const home = await this.home()
    const forceUnlock = flags['force-unlock']
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Some of the add-on may be installed.',
      [await this.typed()],
      {exit: 130},
    )
    const change = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      addAddon({home, ...asked, ...(forceUnlock !== undefined && {forceUnlock}), onEvent: progress.onEvent, signal}),
    )
    const {addonAdded} = await import('../../ui/addons-report.js')
    this.log(addonAdded(change, {style: await this.style(), columns: process.stdout.columns || 80}))
    return change
  }
}
