import {Args, Flags} from '@oclif/core'
import {AwsCommand} from '../ui/aws-command.js'

export default class Kubeconfig extends AwsCommand {
  static override summary = 'Print how to point kubectl at a cluster'
  static override description =
    'Each cluster has a kubeconfig of its own; yours is not touched. It is pointed at a controller that answers; where none does, it is left as it is. Without NAME: the only cluster.'
  static override examples = [
    'eval "$(<%= config.bin %> kubeconfig)"',
    'kubectl --kubeconfig "$(<%= config.bin %> kubeconfig lab --path)" get nodes',
  ]
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    path: Flags.boolean({description: 'print only the path of the file'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Kubeconfig)
    const {kubeconfigPath} = await import('../steps/cluster-access.js')
    const {shellWord} = await import('../ui/shell-words.js')
    const {signal} = new AbortController()
    const name = args.name === undefined ? {} : {name: args.name}
    const onNotice = (text: string): void => {
      this.logToStderr(text)
    }
    const path = await kubeconfigPath({home: await this.home(), ...name, onNotice, signal})
    this.log(flags.path ? path : `export KUBECONFIG=${shellWord(path)}`)
  }
}
