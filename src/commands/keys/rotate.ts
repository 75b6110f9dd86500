import {Args, Flags} from '@oclif/core'
import type {ClusterReport} from '../../cluster/report.js'
import {KhwError} from '../../errors.js'
import {AwsCommand} from '../../ui/aws-command.js'

export default class Rotate extends AwsCommand {
  static override summary = 'Draw new keys for secrets in etcd and for service account tokens'
  static override description = `Controllers are served one after the other, and the API goes on answering, which takes minutes on AWS for each of them and stage: first all of them know the new keys, then they use them; then every Secret and ConfigMap is written anew, and the old encryption key is dropped.

The old service account key stays until the tokens of pods that it has signed have ended, an hour or so; the same command drops it then, and until then changes nothing. A token that somebody has asked to last longer (kubectl create token --duration) is refused from then on. Tokens in Secrets are signed anew at once: pods that use one read the new one within two minutes, and the old one is refused.

What was interrupted is finished by the same command. Without NAME: the only cluster.`
  static override examples = [
    '<%= config.bin %> keys rotate lab',
    '<%= config.bin %> keys rotate lab --encryption',
    {
      description: 'After a token was stolen',
      command: '<%= config.bin %> keys rotate lab --service-account --revoke-tokens',
    },
  ]
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({description: 'name of the cluster', ignoreStdin: true}),
  }
  static override flags = {
    encryption: Flags.boolean({description: 'only the key by which Secrets and ConfigMaps are encrypted'}),
    'service-account': Flags.boolean({description: 'only the key that signs the tokens of service accounts'}),
    'revoke-tokens': Flags.boolean({
      description:
        'drop the old service account key now; pods that hold a token of it are refused by the API until they are restarted',
      exclusive: ['encryption'],
    }),
    'force-unlock': Flags.string({
      description: 'take the lock from a khw on another host; the error LOCKED says what to type',
      helpValue: 'NONCE',
    }),
  }

  async run(): Promise<ClusterReport> {
    const {args, flags} = await this.parse(Rotate)
    const {ROTATED_KEYS} = await import('../../pki/rotated-keys.js')
    const chosen = ROTATED_KEYS.filter(key => flags[key])
    const {defined} = await import('../../ui/defined.js')
    const optional = defined<{name: string; forceUnlock: string}>({
      name: args.name,
      forceUnlock: flags['force-unlock'],
    })
    const {rotateKeys} = await import('../../steps/rotate-keys.js')
    const {watchedRun} = await import('../../ui/watched-run.js')
    const home = await this.home()
    const interrupted = new KhwError(
      'INTERRUPTED',
      'Interrupted. Some controllers may know the new keys and some not yet; nothing is written that one of them cannot read.',
      [await this.typed()],
      {exit: 130},
    )
    const report = await watchedRun({stderr: process.stderr, stdout: process.stdout, interrupted}, (progress, signal) =>
      rotateKeys({
        home,
        ...optional,
        keys: chosen.length === 0 ? ROTATED_KEYS : chosen,
        revokeTokens: flags['revoke-tokens'],
        onEvent: progress.onEvent,
        onNotice: text => {
          progress.onNotice(text)
        },
        signal,
      }),
    )
    const {rotateReport} = await import('../../ui/rotate-report.js')
    const columns = process.stdout.columns || 80
    const revoked = flags['revoke-tokens']
    this.log(rotateReport({...report, revoked}, {style: await this.style(), columns, now: Date.now()}))
    if (!report.ready) this.failQuietly()
    return report
  }
}
