import {Flags, type Interfaces} from '@oclif/core'
import {KhwCommand} from './khw-command.js'

type FlagOutput = Interfaces.OutputFlags<Interfaces.FlagInput>
type ArgOutput = Interfaces.OutputArgs<Interfaces.ArgInput>

/** What all commands share that may call AWS: as whom. */
export abstract class AwsCommand extends KhwCommand {
  static override baseFlags = {
    profile: Flags.string({
      description: "profile of AWS's configuration files; as AWS_PROFILE, and before keys in the environment",
      helpValue: 'NAME',
      helpGroup: 'AWS',
    }),
  }

  /** The profile is put where the SDK looks for it, whoever makes a client later. */
  protected override async parse<F extends FlagOutput, B extends FlagOutput, A extends ArgOutput>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    const profile: unknown = parsed.flags['profile']
    if (typeof profile === 'string') {
      process.env['AWS_PROFILE'] = profile
      // Whoever names a profile means it, whatever keys lie about.
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
        Reflect.deleteProperty(process.env, name)
    }
    return parsed
  }
}
