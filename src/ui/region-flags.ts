import {Flags} from '@oclif/core'

/** Where to look for a cluster that is not recorded here. */
export const regionFlags = {
  provider: Flags.option({options: ['local', 'aws'] as const, description: 'where to look for it by its tags'})(),
  region: Flags.string({description: 'AWS region to look in'}),
}
