import {Args, Flags} from '@oclif/core'
import {AwsCommand} from '../ui/aws-command.js'

/** How ssh ends if it was the connection that failed, not the command. */
const SSH_ITSELF = 255

export default class Ssh extends AwsCommand {
  static override summary = 'Log in to a node, or run a command on it'
  static override description =
    "Runs the system's ssh with the cluster's key and the node's pinned host key, and passes its exit status on."
  static override usage = 'ssh NODE [--name NAME] [-- COMMAND...]'
  static override examples = [
    '<%= config.bin %> ssh worker-1',
    '<%= config.bin %> ssh controller-2 -- sudo journalctl -u etcd -n 20 --no-pager',
    '<%= config.bin %> ssh worker-1 --name lab -- hostname',
  ]
  // Everything after the node is the command.
  static override strict = false
  static override args = {
    node: Args.string({description: 'controller-1, worker-2, ...', required: true, ignoreStdin: true}),
  }
  static override flags = {
    name: Flags.string({description: 'name of the cluster; may be left out while there is one', helpValue: 'NAME'}),
  }

  async run(): Promise<void> {
    const {args, flags, argv} = await this.parse(Ssh)
    const {sshCommand, sshProblem} = await import('../steps/cluster-access.js')
    const {runInherited} = await import('../ui/run-inherited.js')
    const {signal} = new AbortController()
    const cluster = {home: await this.home(), ...(flags.name !== undefined && {name: flags.name}), signal}
    const {program, args: words} = await sshCommand({...cluster, node: args.node, command: argv.slice(1).map(String)})
    const status = await runInherited(program, words)
    if (status === SSH_ITSELF) {
      const problem = await sshProblem(cluster)
      if (problem) throw problem
    }
    this.exit(status)
  }
}
