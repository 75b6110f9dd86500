import {Args, Flags} from '@oclif/core'
import {KhwError} from '../../errors.js'
import type {AddonChange} from '../../steps/cluster-addons.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Remove extends AwsCommand {
  static override summary = 'Remove an add-on: what it consists of, and nothing else'
  static override description =
    'Deletes the objects that khw has made for it, and says what is missed without it; khw itself needs none. What is gone ' +
    'already counts as removed. Without NAME: the only cluster.'
  static override usage = 'addon remove [NAME] ADDON [--json]'
  static override examples = ['<%= config.bin %> addon remove lab metrics-server']
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
    addon: Args.string({description: 'name of the add-on, as khw addon list has it', ignoreStdin: true}),
  }
  static override flags = {
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<AddonChange> {
    const {args, flags} = await this.parse(Remove)
    const {addonArgs} = await import('../../ui/addon-args.js')
    const asked = addonArgs(args.name, args.addon)
    const {removeAddonOf} = await import('../../steps/cluster-addons.js')
    const {watchedRun} = await import('../../ui/watched-run.js')
    const home = await this.home()
    const forceUnlock = flags['force-unlock']
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Some of the add-on may still be there.',
      [await this.typed()],
      {exit: 130},
    )
    const change = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      removeAddonOf({
        home,
        ...asked,
        ...(forceUnlock !== undefined && {forceUnlock}),
        onEvent: progress.onEvent,
        signal,
      }),
    )
    const {addonRemoved} = await import('../../ui/addons-report.js')
    this.log(addonRemoved(change, {style: await this.style(), columns: process.stdout.columns || 80}))
    return change
  }
}
