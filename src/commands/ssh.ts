import {Args, Flags} from '@oclif/core'
import {KhwCommand} from '../ui/khw-command.js'

export default class Ssh extends KhwCommand {
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
    const {sshCommand} = await import('../steps/cluster-access.js')
    const {runInherited} = await import('../ui/run-inherited.js')
    const {signal} = new AbortController()
    const {program, args: words} = await sshCommand({
      home: await this.home(),
      ...(flags.name !== undefined && {name: flags.name}),
      node: args.node,
      command: argv.slice(1).map(String),
      signal,
    })
    this.exit(await runInherited(program, words))
  }
}
