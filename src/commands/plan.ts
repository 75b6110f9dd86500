import {Flags} from '@oclif/core'
import {buildArgs, buildFlags, buildUsage} from '../ui/build-flags.js'
import type {PlanReport} from '../steps/plan-cluster.js'
import {KhwCommand} from '../ui/khw-command.js'

export default class Plan extends KhwCommand {
  static override summary = 'Show what a create would do, and what it takes'
  static override description =
    'Takes the flags of khw create and does nothing. Of a new cluster it asks no region; of one that is recorded here it asks ' +
    'the provider what there is, and says what would be kept (=), adopted (~), gone through again (?) and created (+), ' +
    'of what is unfinished, too. Phases with much to do say how much; --all names every step.'
  static override examples = [
    '<%= config.bin %> plan --provider aws --region eu-central-1 --controllers 3 --workers 3',
    '<%= config.bin %> plan --provider aws --worker-type m5.large --ttl 2d --max-cost 20 --json',
  ]
  static override usage = `plan ${buildUsage}`
  static override enableJsonFlag = true
  static override args = buildArgs
  static override flags = {...buildFlags, all: Flags.boolean({description: 'every step, those that are kept too'})}

  async run(): Promise<PlanReport> {
    const {args, flags} = await this.parse(Plan)
    const {requestOf} = await import('../ui/create-flags.js')
    const {plannedRun} = await import('../ui/planned-run.js')
    return plannedRun(await this.home(), requestOf(flags, args), {all: flags.all}, text => {
      this.log(text)
    })
  }
}
